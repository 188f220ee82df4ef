import type { Kind } from '../../../src/kube/kind.ts'
import type { Reflector, ReflectorState, Sink } from '../../../src/kube/reflector.ts'
import { type Controller, createController } from '../../../src/runtime/controller.ts'
import type { ControllerOptions } from '../../../src/runtime/controller-options.ts'
import type { Occurrence } from '../../../src/runtime/events.ts'
import type { Informer } from '../../../src/runtime/informer.ts'
import { createMetrics } from '../../../src/runtime/metrics.ts'
import { type Context, type Done, settled, type Verdict } from '../../../src/runtime/reconcile.ts'
import { createInformer } from '../../../src/runtime/shared-informer.ts'
import { Failure } from '../../../src/std/failure.ts'
import { createLog } from '../../../src/std/log.ts'
import { ManualClock, settle } from '../manual-clock.ts'
import { type Fields, type Thing, ThingCluster } from './thing-cluster.ts'

export type { Fields, Status, Thing } from './thing-cluster.ts'

const kind: Kind = { group: 'keyferry.io', version: 'v1', kind: 'Thing', plural: 'things', namespaced: true }

/** A failure that passes by itself, unless the user must act. */
export function failed(reason: string, userMustAct = false, retryAfterMs?: number): Failure {
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs }
  return new Failure(reason, `${reason} happened`, { userMustAct, ...wait })
}

/** A reconcile that went well and asks for no other. */
export function done(more: Partial<Done<Fields>> = {}): Done<Fields> {
  const verdict = { kind: 'done', reason: 'Synced', message: 'All is well', action: 'Updated' } as const
  return { ...verdict, fields: {}, next: settled, ...more }
}

type Sinkhole = { sink: Sink<Thing> | undefined }

/** A controller with everything round it in memory, and a clock that moves when told. */
export class Bench {
  readonly clock = new ManualClock()
  readonly cluster = new ThingCluster()
  readonly events: Occurrence[] = []
  readonly logged: string[] = []
  readonly runs: Context<Fields>[] = []
  readonly metrics = createMetrics({ process: false })
  readonly lead = new AbortController()
  readonly log = createLog('debug', { write: (line: string) => this.logged.push(line) })
  /** What the reconciler under test does; each test sets it. */
  reconcile: (object: Thing, context: Context<Fields>) => Verdict<Fields> | Promise<Verdict<Fields>> = () =>
    done()
  watchIs: (state: ReflectorState) => void = () => undefined
  #controller: Controller | undefined

  get controller(): Controller {
    if (this.#controller === undefined) throw new Error('The bench was not started')
    return this.#controller
  }

  async start(options: Partial<ControllerOptions<Thing, Fields>> = {}): Promise<void> {
    this.#controller = createController<Thing, Fields>({
      name: 'thing',
      kind,
      informer: this.informerOf(this.cluster),
      reconcile: async (object, context) => {
        this.runs.push(context)
        return this.reconcile(object, context)
      },
      status: {
        fields: ['refreshTime', 'binding'],
        volatile: ['refreshTime'],
        staleness: { afterMs: () => 600_000, lastSuccessMs: () => undefined },
      },
      client: this.cluster.client,
      events: { record: (it) => this.events.push(it), stop: () => Promise.resolve() },
      metrics: this.metrics.controller({
        name: 'thing',
        maxConcurrent: 2,
        peer: { prefix: 'thing', syncs: true },
      }),
      log: this.log,
      clock: this.clock,
      maxConcurrent: 2,
      ...options,
    })
    this.cluster.sink?.replaced([...this.cluster.objects.values()])
    this.controller.start(this.lead.signal)
    await settle()
  }

  /** Ends everything; a timer that is left is an error. */
  async end(): Promise<void> {
    this.lead.abort(new Error('test over'))
    await this.#controller?.stop(0)
    if (this.clock.timerCount > 0) throw new Error(`${this.clock.timerCount} timers were left behind`)
  }

  /** Its watch is live from the start; `watchIs` plays what becomes of it. */
  informerOf(into: Sinkhole): Informer<Thing> {
    const reflector: Omit<Reflector, 'state'> & { state: ReflectorState; start(): void } = {
      synced: Promise.resolve(),
      state: 'starting',
      ageMs: () => 0,
      wake: () => undefined,
      stop: () => Promise.resolve(),
      start: () => undefined,
    }
    const informer = createInformer<Thing>({
      title: 'things',
      log: this.log,
      clock: this.clock,
      reflectors: [
        (sink, observer) => {
          into.sink = sink
          this.watchIs = (state) => {
            reflector.state = state
            observer.stateChanged(state)
          }
          return reflector
        },
      ],
    })
    informer.start()
    this.watchIs('live')
    return informer
  }

  told(): readonly string[] {
    return this.events.map(({ type, reason, action }) => `${type} ${reason} ${action}`)
  }

  /** The first metric line that begins so. */
  async metric(beginning: string): Promise<string | undefined> {
    const text = await this.metrics.registry.metrics()
    return text.split('\n').find((line) => line.startsWith(beginning))
  }
}
