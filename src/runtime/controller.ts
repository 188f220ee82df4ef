import { type KubeObject, keyOf, type ObjectKey } from '../kube/object.ts'
import { exponential } from '../std/backoff.ts'
import type { Log } from '../std/log.ts'
import { seededRandom } from '../std/seeded-random.ts'
import {
  type ControllerOptions,
  defaultBackoff,
  defaultConcurrent,
  defaultTimeoutMs,
  type RunControllerOptions,
} from './controller-options.ts'
import { Places } from './places.ts'
import { mayShowProgress } from './progress.ts'
import { type AddOptions, priorities, type QueueItem, WorkQueue } from './queue.ts'
import type { Next } from './reconcile.ts'
import { isNewGeneration, isSpecOrMarks } from './relevance.ts'
import type { Runner } from './runner.ts'
import { Shell } from './shell.ts'
import { type Reconcilable, StatusWriter } from './status-writer.ts'
import type { Change } from './store.ts'
import type { Wish } from './wish.ts'

/** A running controller. */
export interface Controller {
  readonly name: string
  /** Begins to work once its informers are synced; ends at once, without a further write, when `signal` is aborted. */
  start(signal: AbortSignal): void
  /** Takes nothing new, lets runs under way finish for `drainMs`, then aborts them. */
  stop(drainMs: number): Promise<void>
  /** A hint from outside the watches: looks at a key again. */
  enqueue(key: ObjectKey, options?: AddOptions): void
  /** What made these keys fail may be over: those of them that failed last are due now. */
  wakeFailing(isConcerned: (key: ObjectKey) => boolean): void
  /** Whether objects that are due wait for a worker. */
  isBehind(): boolean
}

/** A run that was told to end and does not is left behind after this; its late writes are refused. */
const graceMs = 5000

/** A controller of a kind whose status is the shell's to write. */
export function createController<T extends Reconcilable, Fields extends object>(
  options: ControllerOptions<T, Fields>,
): Controller {
  const shell = createShell(options, options.log.child({ controller: options.name }))
  const runner: Runner<T> = {
    run: (object, run) => shell.run(object, run),
    seen: (object) => shell.seen(object),
    wasOvertaken: (before, now) => shell.wasOvertaken(before, now),
    gone: (key) => {
      shell.gone(key)
      options.onGone?.(key)
    },
    isNew: (object) => mayShowProgress(shell.conditionsOf(object), object.metadata.generation),
  }
  return new KindController({ ...options, runner })
}

/** A controller of a kind whose status has a contract of its own: the runner writes it. */
export function createRunController<T extends KubeObject>(options: RunControllerOptions<T>): Controller {
  return new KindController(options)
}

/** What a watch told of a key. */
interface Told {
  readonly priority: number
  readonly isStill: () => boolean
}

class KindController<T extends KubeObject> implements Controller {
  readonly name: string
  readonly #options: RunControllerOptions<T>
  readonly #log: Log
  readonly #queue: WorkQueue
  readonly #abort = new AbortController()
  readonly #cleanups: (() => void)[] = []
  /** What is worked on, each with what watches told of it meanwhile. */
  readonly #running = new Map<ObjectKey, Told[]>()
  #work: Promise<unknown> = Promise.resolve()
  #unlink: () => void = () => undefined

  constructor(options: RunControllerOptions<T>) {
    this.name = options.name
    this.#options = options
    this.#log = options.log.child({ controller: options.name })
    this.#queue = new WorkQueue({
      clock: options.clock,
      backoff: (key) =>
        exponential({ ...(options.backoff ?? defaultBackoff), jitter: 0.2, random: seededRandom(key) }),
      observer: options.metrics.queue,
      places: options.maxConcurrent ?? defaultConcurrent,
      groupOf: options.groupOf,
    })
    options.metrics.watchQueue(this.#queue)
  }

  start(signal: AbortSignal): void {
    const onAbort = () => this.#abort.abort(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    this.#unlink = () => signal.removeEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
    this.#listen()
    this.#work = this.#begin()
  }

  async stop(drainMs: number): Promise<void> {
    for (const cleanup of this.#cleanups) cleanup()
    this.#queue.shutDown()
    const stopped = new Error('The manager stops')
    const cancel = this.#options.clock.after(drainMs, () => this.#abort.abort(stopped))
    await this.#work
    cancel()
    // Until here: leadership may be lost while the last runs end.
    this.#unlink()
    this.#abort.abort(stopped)
  }

  enqueue(key: ObjectKey, options?: AddOptions): void {
    this.#queue.add(key, options)
  }

  wakeFailing(isConcerned: (key: ObjectKey) => boolean): void {
    this.#queue.wakeRetries(isConcerned)
  }

  isBehind(): boolean {
    return this.#queue.isBehind
  }

  #listen(): void {
    const { informer, watches = [], isRelevant = isSpecOrMarks } = this.#options
    const onChange = (change: Change<T>) => {
      if (!this.#running.has(change.key)) this.#seen(change.now, change.old)
      if (!isRelevant(change)) return
      // A new spec deserves a fresh start: what failed was another one.
      if (isNewGeneration(change)) this.#queue.forget(change.key)
      this.#enqueueOwn(change.key, change.now, change.initial)
    }
    this.#cleanups.push(
      informer.onChange(onChange),
      informer.onRecovery(() => this.#queue.wakeRetries()),
    )
    for (const watch of watches) {
      this.#cleanups.push(watch.listen((...told) => this.#told(...told)))
    }
  }

  /** A run that goes on may be the reason for what is seen: whether it is one to look again is asked when it ends. */
  #told(key: ObjectKey, priority: number, isStill?: () => boolean): void {
    const told = this.#running.get(key)
    if (told === undefined || isStill === undefined) this.#queue.add(key, { priority })
    else told.push({ priority, isStill })
  }

  /** Waits for its own caches only: another kind that cannot be listed stops nobody else. */
  async #begin(): Promise<void> {
    const { informer, watches = [], maxConcurrent = defaultConcurrent, groupOf } = this.#options
    const isSynced = await this.#isSynced([informer.synced, ...watches.map((watch) => watch.synced)])
    if (!isSynced) return
    for (const object of informer.store.list()) this.#enqueueOwn(keyOf(object.metadata), object, true)
    this.#log.info({ objects: informer.store.size, workers: maxConcurrent }, 'Controller started')
    const workers = groupOf === undefined ? maxConcurrent : Places.mostOf(maxConcurrent)
    await Promise.all(Array.from({ length: workers }, () => this.#worker()))
  }

  async #isSynced(caches: readonly Promise<void>[]): Promise<boolean> {
    const { signal } = this.#abort
    const ended = Promise.withResolvers<boolean>()
    const onAbort = () => ended.resolve(false)
    signal.addEventListener('abort', onAbort, { once: true })
    this.#cleanups.push(onAbort)
    if (signal.aborted) onAbort()
    const all = Promise.all(caches).then(
      () => true,
      () => false,
    )
    const isSynced = await Promise.race([all, ended.promise])
    signal.removeEventListener('abort', onAbort)
    return isSynced && !signal.aborted
  }

  /** At start-up, what was never synced goes before what was. */
  #enqueueOwn(key: ObjectKey, object: T | undefined, isStartUp: boolean): void {
    const isNew = object !== undefined && this.#options.runner.isNew(object)
    const priority = isStartUp && !isNew ? priorities.startUp : priorities.change
    this.#queue.add(key, { priority })
  }

  async #worker(): Promise<void> {
    const { signal } = this.#abort
    const { metrics } = this.#options
    for (let item = await this.#queue.get(signal); item !== undefined; item = await this.#queue.get(signal)) {
      metrics.workers(1)
      await this.#process(item, signal)
      this.#queue.done(item.key)
      metrics.workers(-1)
    }
  }

  /** Whatever breaks here is a defect of the runtime: the worker survives it, the key is tried again. */
  async #process(item: QueueItem, signal: AbortSignal): Promise<void> {
    try {
      const object = this.#options.informer.store.get(item.key)
      if (object === undefined) return this.#gone(item.key)
      this.#grant(item, await this.#run(item.key, object, signal))
    } catch (error) {
      this.#log.error({ err: error, key: item.key }, 'Cannot process key: this is a defect of the manager')
      this.#queue.retry(item.key, { priority: item.priority })
    }
  }

  /** A run goes on from what it wrote itself: its object is older than what the watch has shown since. */
  async #run(key: ObjectKey, object: T, signal: AbortSignal): Promise<Wish> {
    const { runner, informer } = this.#options
    const told: Told[] = []
    this.#running.set(key, told)
    try {
      return await runner.run(object, { failures: this.#queue.failures(key), signal })
    } finally {
      this.#running.delete(key)
      for (const { priority, isStill } of told) if (isStill()) this.#queue.add(key, { priority })
      this.#seen(informer.store.get(key), object)
    }
  }

  /** The watch may bring a write before its own answer, or long after it. */
  #seen(now: T | undefined, before: T | undefined): void {
    const { runner } = this.#options
    if (now === undefined) return
    runner.seen?.(now)
    if (before === undefined || before === now) return
    if (runner.wasOvertaken?.(before, now)) this.#queue.add(keyOf(now.metadata))
  }

  #gone(key: ObjectKey): void {
    this.#queue.forget(key)
    this.#options.runner.gone(key)
  }

  #grant(item: QueueItem, wish: Wish): void {
    if (wish.kind === 'retry') return this.#retry(item, wish)
    this.#queue.forget(item.key)
    if (wish.kind === 'next') this.#next(item.key, wish.next)
  }

  #next(key: ObjectKey, next: Next): void {
    if (next.kind === 'settled') return this.#options.metrics.scheduled(key, undefined)
    this.#queue.add(key, { afterMs: next.afterMs, priority: priorities.refresh })
    this.#schedule(key, next.afterMs)
  }

  #retry({ key, priority }: QueueItem, wish: Extract<Wish, { kind: 'retry' }>): void {
    const { maxMs } = this.#options.backoff ?? defaultBackoff
    const delayMs = this.#queue.retry(key, {
      priority,
      atLeastMs: Math.min(maxMs, wish.atLeastMs),
    })
    if (wish.atMostMs < delayMs) this.#queue.add(key, { afterMs: wish.atMostMs, priority })
    this.#schedule(key, Math.min(delayMs, wish.atMostMs))
  }

  #schedule(key: ObjectKey, afterMs: number): void {
    this.#options.metrics.scheduled(key, this.#options.clock.now() + afterMs)
  }
}

function createShell<T extends Reconcilable, Fields extends object>(
  options: ControllerOptions<T, Fields>,
  log: Log,
): Shell<T, Fields> {
  const { name, kind, status, client, clock, fieldManager = `keyferry-${name}` } = options
  const { fields, volatile, declared, staleness } = status
  const writer = new StatusWriter<T, Fields>({
    client,
    kind,
    fieldManager,
    clock,
    fields,
    volatile,
    declared,
  })
  return new Shell({
    ...options,
    writer,
    log,
    graceMs,
    staleness,
    timeoutMs: options.timeoutMs ?? defaultTimeoutMs,
    failureAction: options.failureAction ?? 'ReconcileFailed',
  })
}
