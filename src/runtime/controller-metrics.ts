import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { Condition, ObjectKey } from '../kube/object.ts'
import {
  type ObjectRecord,
  ObjectRecords,
  type Peer,
  registerObjectSeries,
  registerPeerSeries,
  registerReadiness,
} from './object-series.ts'
import type { QueueObserver, QueueView } from './queue.ts'
import { QueueMetrics } from './queue-metrics.ts'

/** How one run of a reconciler went. */
export interface RunEffect {
  readonly key: ObjectKey
  readonly result: 'success' | 'error' | 'requeue_after'
  readonly tookMs: number
  readonly timedOut: boolean
  readonly isDefect: boolean
  readonly userMustAct: boolean
}

/** What one controller tells of itself. */
export interface ControllerMetrics {
  readonly queue: QueueObserver
  watchQueue(queue: QueueView): void
  workers(change: 1 | -1): void
  ran(effect: RunEffect): void
  /** A sync was tried: its result by reason, exact whether or not a status was written. */
  synced(key: ObjectKey, sync: { isSuccess: boolean; reason: string; atMs: number }): void
  conditions(key: ObjectKey, conditions: readonly Condition[]): void
  /** When the key is looked at again by itself; undefined is never. */
  scheduled(key: ObjectKey, atMs: number | undefined): void
  /** The object is gone: its series end. */
  gone(key: ObjectKey): void
}

export interface ControllerMetricsOptions {
  readonly name: string
  readonly maxConcurrent: number
  /** Shows the conditions of single objects, under the names of ESO where it has the kind (`externalsecret_status_condition`). */
  readonly peer?: Peer
}

/** controller-runtime's own. */
const buckets = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5,
  1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
]
const results = ['success', 'error', 'requeue', 'requeue_after']

/** The metrics of all controllers, under the names of controller-runtime and beside them Keyferry's own. */
export class ControllerInstruments {
  readonly #registry: Registry
  readonly #queues: QueueMetrics
  readonly #objects = new Map<string, ObjectRecords>()
  readonly #total: Counter<'controller' | 'result'>
  readonly #errors: Counter<'controller'>
  readonly #terminal: Counter<'controller'>
  readonly #panics: Counter<'controller'>
  readonly #timeouts: Counter<'controller'>
  readonly #seconds: Histogram<'controller'>
  readonly #maxConcurrent: Gauge<'controller'>
  readonly #active: Gauge<'controller'>
  readonly #syncs: Counter<'controller' | 'result' | 'reason'>

  constructor(registry: Registry) {
    const counter = (name: string, help: string) =>
      new Counter({
        name: `controller_runtime_${name}`,
        help,
        labelNames: ['controller'],
        registers: [registry],
      })
    const gauge = (name: string, help: string) =>
      new Gauge({
        name: `controller_runtime_${name}`,
        help,
        labelNames: ['controller'],
        registers: [registry],
      })
    this.#registry = registry
    this.#queues = new QueueMetrics(registry)
    this.#errors = counter('reconcile_errors_total', 'Reconciles that failed')
    this.#terminal = counter('terminal_reconcile_errors_total', 'Reconciles that failed until a person acts')
    this.#panics = counter('reconcile_panics_total', 'Reconciles that broke by a defect')
    this.#timeouts = counter('reconcile_timeouts_total', 'Reconciles that took too long')
    this.#maxConcurrent = gauge('max_concurrent_reconciles', 'Workers of the controller')
    this.#active = gauge('active_workers', 'Workers that hold a key')
    this.#total = new Counter({
      name: 'controller_runtime_reconcile_total',
      help: 'Reconciles by result',
      labelNames: ['controller', 'result'],
      registers: [registry],
    })
    this.#seconds = new Histogram({
      name: 'controller_runtime_reconcile_time_seconds',
      help: 'Time a reconcile took',
      labelNames: ['controller'],
      buckets,
      registers: [registry],
    })
    this.#syncs = new Counter({
      name: 'keyferry_sync_total',
      help: 'Syncs by result and reason',
      labelNames: ['controller', 'result', 'reason'],
      registers: [registry],
    })
    registerObjectSeries(registry, this.#objects)
    registerReadiness(registry, this.#objects)
  }

  /** The metrics of one controller; all series without an object exist from now on, at zero. */
  controller({ name, maxConcurrent, peer }: ControllerMetricsOptions): ControllerMetrics {
    const records = new ObjectRecords()
    this.#objects.set(name, records)
    if (peer !== undefined) registerPeerSeries(this.#registry, peer, records)
    this.#initialise(name, maxConcurrent)
    return {
      queue: this.#queues.observer(name),
      watchQueue: (queue) => this.#queues.watch(name, queue),
      workers: (change) => this.#active.inc({ controller: name }, change),
      ran: (effect) => this.#ran(name, effect, records),
      synced: (key, sync) => this.#synced(name, sync, records.of(key)),
      conditions: (key, conditions) => records.show(key, conditions),
      scheduled: (key, atMs) => {
        if (records.has(key)) records.of(key).nextMs = atMs
      },
      gone: (key) => records.forget(key),
    }
  }

  #initialise(controller: string, maxConcurrent: number): void {
    for (const result of results) this.#total.inc({ controller, result }, 0)
    for (const counter of [this.#errors, this.#terminal, this.#panics, this.#timeouts])
      counter.inc({ controller }, 0)
    this.#seconds.zero({ controller })
    this.#active.set({ controller }, 0)
    this.#maxConcurrent.set({ controller }, maxConcurrent)
  }

  #ran(controller: string, effect: RunEffect, records: ObjectRecords): void {
    this.#total.inc({ controller, result: effect.result })
    this.#seconds.observe({ controller }, effect.tookMs / 1000)
    if (effect.result === 'error') this.#errors.inc({ controller })
    if (effect.userMustAct) this.#terminal.inc({ controller })
    if (effect.isDefect) this.#panics.inc({ controller })
    if (effect.timedOut) this.#timeouts.inc({ controller })
    if (records.has(effect.key)) records.of(effect.key).tookMs = effect.tookMs
  }

  #synced(
    controller: string,
    sync: { isSuccess: boolean; reason: string; atMs: number },
    record: ObjectRecord,
  ): void {
    const { isSuccess, reason, atMs } = sync
    this.#syncs.inc({ controller, result: isSuccess ? 'success' : 'error', reason })
    record.calls++
    if (isSuccess) record.lastSuccessMs = atMs
    else record.errors++
  }
}
