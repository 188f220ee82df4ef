import type { Context, Verdict } from '../../../src/runtime/reconcile.ts'
import { again, settled } from '../../../src/runtime/reconcile.ts'
import { failed } from './bench.ts'
import type { Gates } from './gates.ts'
import type { Fields, Thing } from './thing-cluster.ts'

/** How a run ends. */
export type Ending =
  | { readonly kind: 'done'; readonly fields: Fields; readonly unchanged: boolean; readonly againMs?: number }
  | { readonly kind: 'failed'; readonly reason: string; readonly userMustAct: boolean }
  | { readonly kind: 'suspended' | 'resting' | 'defect' }
  /** The API server took a checkpoint not, or did not say so. */
  | { readonly kind: 'refused' }

/** What a run does: a checkpoint of fields, a wait that the signal ends, one that it does not. */
export type Act = Fields | 'wait' | 'deaf'

export interface Plan {
  readonly acts: readonly Act[]
  /** Goes on when a checkpoint is refused. */
  readonly isBrave: boolean
  readonly ending: Ending
}

/** One run, and what it has said by now. */
export interface WildRun {
  readonly key: string
  readonly object: Thing
  /** The fields that it wants on record; undefined is those that are there. */
  asked: Fields | undefined
  said: Ending | undefined
  /** Nobody listens to it any more, or perhaps not. */
  isLate: boolean
}

/** Does what plans say, one after the other, and takes it down. */
export class WildRuns {
  readonly all: WildRun[] = []
  readonly plans: Plan[] = []
  readonly gates: Gates
  readonly usual: Plan
  onRun: (run: WildRun) => void = () => undefined

  constructor(gates: Gates, usual: Plan) {
    this.gates = gates
    this.usual = usual
  }

  lastOf(key: string): WildRun | undefined {
    return this.all.findLast((it) => it.key === key)
  }

  async reconcile(object: Thing, context: Context<Fields>): Promise<Verdict<Fields>> {
    const run: WildRun = { key: context.key, object, asked: undefined, said: undefined, isLate: false }
    this.all.push(run)
    this.onRun(run)
    const { acts, ending, isBrave } = this.plans.shift() ?? this.usual
    context.signal.addEventListener('abort', () => (run.isLate = true))
    try {
      for (const act of acts) await this.#act(act, run, context)
    } catch (error) {
      run.said = { kind: 'refused' }
      if (!isBrave || context.signal.aborted) throw error
    }
    run.said = ending
    if (ending.kind === 'done') run.asked = ending.fields
    return verdictOf(ending)
  }

  async #act(act: Act, run: WildRun, context: Context<Fields>): Promise<void> {
    if (act === 'wait') return this.gates.pass(context.signal)
    if (act === 'deaf') return this.gates.pass()
    if (this.lastOf(run.key) === run) run.asked = act
    await context.checkpoint(act)
  }
}

function verdictOf(ending: Ending): Verdict<Fields> {
  switch (ending.kind) {
    case 'done': {
      const { fields, unchanged, againMs } = ending
      const next = againMs === undefined ? settled : again(againMs)
      return {
        kind: 'done',
        reason: 'Synced',
        message: 'All is well',
        action: 'Updated',
        fields,
        unchanged,
        next,
      }
    }
    case 'failed':
      throw failed(ending.reason, ending.userMustAct)
    case 'refused':
    case 'defect':
      throw new TypeError('a defect')
    case 'suspended':
      return { kind: 'suspended', message: 'As asked' }
    case 'resting':
      return { kind: 'resting', why: 'nothing is due', next: settled }
  }
}
