import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { priorities, type QueueObserver, type QueueView } from './queue.ts'

const labelNames = ['name', 'controller'] as const
/** 10 ns to 1000 s, as client-go's workqueue metrics have them. */
const buckets = Array.from({ length: 12 }, (_, at) => 1e-8 * 10 ** at)

/** The `workqueue_*` metrics of all queues, under the names of controller-runtime. */
export class QueueMetrics {
  readonly #adds: Counter<'name' | 'controller'>
  readonly #retries: Counter<'name' | 'controller'>
  readonly #queued: Histogram<'name' | 'controller'>
  readonly #worked: Histogram<'name' | 'controller'>
  readonly #queues = new Map<string, QueueView>()

  constructor(registry: Registry) {
    const registers = [registry]
    const common = { labelNames, registers }
    this.#adds = new Counter({
      ...common,
      name: 'workqueue_adds_total',
      help: 'Keys added to the work queue',
    })
    this.#retries = new Counter({
      ...common,
      name: 'workqueue_retries_total',
      help: 'Keys added after a failure',
    })
    this.#queued = new Histogram({
      ...common,
      buckets,
      name: 'workqueue_queue_duration_seconds',
      help: 'Time a key was ready before a worker took it',
    })
    this.#worked = new Histogram({
      ...common,
      buckets,
      name: 'workqueue_work_duration_seconds',
      help: 'Time a worker held a key',
    })
    this.#gauges(registry)
  }

  /** The hooks of one controller's queue; its series exist from now on. */
  observer(controller: string): QueueObserver {
    const labels = { name: controller, controller }
    const [adds, retries] = [this.#adds.labels(labels), this.#retries.labels(labels)]
    const [queued, worked] = [this.#queued.labels(labels), this.#worked.labels(labels)]
    adds.inc(0)
    retries.inc(0)
    this.#queued.zero(labels)
    this.#worked.zero(labels)
    return {
      added: () => adds.inc(),
      retried: () => retries.inc(),
      started: (queuedMs) => queued.observe(queuedMs / 1000),
      finished: (workedMs) => worked.observe(workedMs / 1000),
    }
  }

  /** Lets scrapes look into a queue. */
  watch(controller: string, queue: QueueView): void {
    this.#queues.set(controller, queue)
  }

  #gauges(registry: Registry): void {
    const queues = this.#queues
    const depth = new Gauge({
      name: 'workqueue_depth',
      help: 'Keys that are ready and wait for a worker',
      labelNames: [...labelNames, 'priority'],
      registers: [],
      collect() {
        this.reset()
        for (const [controller, queue] of queues) {
          const depths = new Map<number, number>([[priorities.change, 0], ...queue.depths()])
          for (const [priority, size] of depths) this.set({ name: controller, controller, priority }, size)
        }
      },
    })
    registry.registerMetric(depth)
    registry.registerMetric(this.#ageGauge('unfinished_work', 'Time all keys under work were held', sum))
    registry.registerMetric(this.#ageGauge('longest_running_processor', 'Time the oldest was held', longest))
  }

  #ageGauge(name: string, help: string, valueOf: (ms: readonly number[]) => number): Gauge {
    const queues = this.#queues
    return new Gauge({
      name: `workqueue_${name}_seconds`,
      help,
      labelNames,
      registers: [],
      collect() {
        for (const [controller, queue] of queues) {
          this.set({ name: controller, controller }, valueOf(queue.runningMs()) / 1000)
        }
      },
    })
  }
}

function sum(values: readonly number[]): number {
  let total = 0
  for (const value of values) total += value
  return total
}

function longest(values: readonly number[]): number {
  return Math.max(0, ...values)
}
