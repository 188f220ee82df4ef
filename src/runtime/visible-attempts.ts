import { type Attempt, attempt } from './attempt.ts'
import type { NextStatus } from './next-status.ts'
import type { OwnStatus } from './own-status.ts'
import { mayShowProgress, ProgressTimer } from './progress.ts'
import type { Context } from './reconcile.ts'
import type { Run } from './run.ts'
import type { ShellOptions } from './shell-options.ts'
import { conditionNamed, type Outcome } from './status.ts'
import type { Reconcilable } from './status-writer.ts'

type VisibleAttemptsOptions<T extends Reconcilable, Fields extends object> = Pick<
  ShellOptions<T, Fields>,
  'kind' | 'reconcile' | 'writer' | 'clock' | 'timeoutMs' | 'graceMs' | 'explain' | 'initial'
>

/** Runs the reconciler, and writes what is to be seen of a run before it ends: that it is under way, its checkpoints. */
export class VisibleAttempts<T extends Reconcilable, Fields extends object> {
  readonly #options: VisibleAttemptsOptions<T, Fields>
  readonly #next: NextStatus<T>

  constructor(options: VisibleAttemptsOptions<T, Fields>, next: NextStatus<T>) {
    this.#options = options
    this.#next = next
  }

  /** Runs the reconciler on the object of a run once. Never rejects; no write of it is left when it resolves. */
  async once(run: Run<T>): Promise<Attempt<Fields>> {
    const { clock, timeoutMs, graceMs, explain, reconcile, initial } = this.#options
    if (initial !== undefined && !this.#wasSeen(run.object)) await this.#showProgress(run)
    const progress = new ProgressTimer(clock, () => this.#showProgress(run))
    try {
      const limits = { signal: run.signal, timeoutMs, graceMs, clock, explain }
      return await attempt((signal) => reconcile(run.object, this.#context(run, signal, progress)), limits)
    } finally {
      await progress.end()
    }
  }

  #wasSeen(object: T): boolean {
    return conditionNamed(this.#options.writer.own(object).conditions, 'Ready') !== undefined
  }

  #context(run: Run<T>, signal: AbortSignal, progress: ProgressTimer): Context<Fields> {
    const { key, log, failures, object } = run
    const checkpoint = (fields: Fields) =>
      progress.inTurn(async () => {
        const { writer, kind } = this.#options
        const written = await writer.write(object, (own) => ({ ...own, fields }), { signal })
        if (written.kind === 'gone')
          throw new ObjectGone(`Cannot write checkpoint of ${kind.kind} ${key}: it is gone`)
      })
    return { key, signal, log, failures, checkpoint }
  }

  /** A slow first attempt shows that it is under way. */
  async #showProgress({ object, signal, log }: Run<T>): Promise<void> {
    const outcome: Outcome = { kind: 'progressing', why: this.#options.initial }
    const statusOf = (own: OwnStatus<Partial<Fields>>) =>
      mayShowProgress(own.conditions, object.metadata.generation)
        ? this.#next.after(outcome, object, own)
        : own
    if (signal.aborted) return
    try {
      await this.#options.writer.write(object, statusOf, { signal })
    } catch (error) {
      log.debug({ err: error }, 'Cannot show progress')
    }
  }
}

/** The object of a run is gone: nothing can be put on record any more, and nobody needs to be told. */
class ObjectGone extends Error {
  override readonly name = 'ObjectGone'
}

/** True when an attempt ended because its object is gone. */
export function isGone(attempt: Attempt<unknown>): boolean {
  return attempt.kind === 'failed' && attempt.failure.cause instanceof ObjectGone
}
