import type { Kind } from '../../../src/kube/kind.ts'
import type { Reflector } from '../../../src/kube/reflector.ts'
import { type Controller, createController } from '../../../src/runtime/controller.ts'
import type { Occurrence } from '../../../src/runtime/events.ts'
import { createMetrics } from '../../../src/runtime/metrics.ts'
import { createInformer } from '../../../src/runtime/shared-informer.ts'
import { createLog } from '../../../src/std/log.ts'
import { ManualClock, settle } from '../manual-clock.ts'
import type { Fields, Thing } from './thing-cluster.ts'
import { type Plan, WildRuns } from './wild-runs.ts'
import { WildServer } from './wild-server.ts'

const kind: Kind = { group: 'keyferry.io', version: 'v1', kind: 'Thing', plural: 'things', namespaced: true }

const reflector: Reflector & { start(): void } = {
  synced: Promise.resolve(),
  state: 'live',
  ageMs: () => 0,
  wake: () => undefined,
  stop: () => Promise.resolve(),
  start: () => undefined,
}

/** One leader after the other over one cache, on a wild API server. */
export class WildManager {
  readonly clock = new ManualClock()
  readonly server = new WildServer()
  readonly runs: WildRuns
  readonly events: Occurrence[] = []
  onEvent: (event: Occurrence) => void = () => undefined
  onSuccession: () => void = () => undefined
  /** Keys whose end was told, and no run since. */
  readonly gone = new Set<string>()
  readonly defects: string[] = []
  leaders = 0
  #lead = new AbortController()
  #controller: Controller | undefined
  readonly #log = createLog('error', { write: (line: string) => this.defects.push(line) })
  readonly #informer = createInformer<Thing>({
    title: 'things',
    log: this.#log,
    clock: this.clock,
    reflectors: [
      (sink) => {
        this.server.sink = sink
        return reflector
      },
    ],
  })

  constructor(usual: Plan) {
    this.runs = new WildRuns(this.server.gates, usual)
    this.#informer.start()
  }

  async start(): Promise<void> {
    const { clock, server, events } = this
    this.leaders++
    this.#lead = new AbortController()
    const { signal } = this.#lead
    this.#controller = createController<Thing, Fields>({
      name: 'thing',
      kind,
      informer: this.#informer,
      reconcile: (object, context) => {
        this.gone.delete(context.key)
        return this.runs.reconcile(object, context)
      },
      status: {
        fields: ['refreshTime', 'binding'],
        volatile: ['refreshTime'],
        staleness: { afterMs: () => 600_000, lastSuccessMs: () => undefined },
      },
      client: server.client,
      events: {
        record: (it) => {
          if (signal.aborted) return
          events.push(it)
          this.onEvent(it)
        },
        stop: () => Promise.resolve(),
      },
      onGone: (key) => this.gone.add(key),
      metrics: createMetrics({ process: false }).controller({ name: 'thing', maxConcurrent: 2 }),
      log: this.#log,
      clock,
      maxConcurrent: 2,
    })
    this.#controller.start(signal)
    await settle()
  }

  wake(key: string): void {
    this.#controller?.enqueue(key)
  }

  /** Leadership is lost at once, and won by another with the same cache. */
  async succeed(): Promise<void> {
    await this.lose()
    // What the old one knew went with it.
    for (const { key } of this.runs.all) this.gone.add(key)
    this.onSuccession()
    await this.start()
  }

  async lose(): Promise<void> {
    this.#lead.abort(new Error('leadership is lost'))
    await settle()
    // What does not hear is left behind.
    await this.clock.pass(5000)
  }

  async stop(): Promise<void> {
    const stopped = this.#controller?.stop(10_000)
    await this.clock.pass(15_000, 5000)
    await stopped
  }
}
