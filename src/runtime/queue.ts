import type { ObjectKey } from '../kube/object.ts'
import type { Backoff } from '../std/backoff.ts'
import type { Clock } from '../std/clock.ts'
import { Heap } from './heap.ts'
import { Places } from './places.ts'
import { ReadyLine } from './ready-line.ts'
import { Retries } from './retries.ts'

/** Who is served first; higher is earlier. What is first and what a user did comes before refreshes and start-up. */
export const priorities = { change: 0, dependency: -10, refresh: -50, startUp: -100 } as const

/** What a worker takes. It holds the key's lock until `done`. */
export interface QueueItem {
  readonly key: ObjectKey
  readonly priority: number
}

export interface AddOptions {
  readonly afterMs?: number
  readonly priority?: number
}

/** Told of what happens, for metrics. */
export interface QueueObserver {
  added(): void
  retried(): void
  /** `queuedMs` is the time between being ready and being taken. */
  started(queuedMs: number): void
  finished(workedMs: number): void
}

/** What metrics read when they are scraped. */
export interface QueueView {
  /** Items that are ready and wait for a worker, by priority. */
  depths(): ReadonlyMap<number, number>
  /** How long each item that is being worked on has been so. */
  runningMs(): readonly number[]
}

export interface QueueOptions {
  readonly clock: Clock
  /** The first delay of a key that begins to fail, and how it grows. */
  readonly backoff: (key: ObjectKey) => Backoff
  readonly observer?: QueueObserver
  /** Keys that are given out at a time; as many as are asked for unless said otherwise. See `Places` for slow ones. */
  readonly places?: number | undefined
  /** Who shares a fate, such as a server that may fall silent: groups are served in turn. Must not throw. */
  readonly groupOf?: ((key: ObjectKey) => string) | undefined
}

interface Entry {
  readonly key: ObjectKey
  priority: number
  readyAtMs: number
  /** Order of arrival within a priority or a moment; given anew each time the entry is placed. */
  sequence: number
  /** Of which group it is since it became ready. */
  group: string
  heapIndex: number
}

type Waiter = (item: QueueItem | undefined) => void

/**
 * A keyed work queue with controller-runtime's semantics: a key is queued once (the higher priority and the earlier
 * moment win), is locked while it is worked on, and when added meanwhile runs exactly once more after `done`. Beyond
 * these, groups of keys are served in turn, and one whose runs are slow leaves places to the others.
 */
export class WorkQueue implements QueueView {
  readonly #clock: Clock
  readonly #observer: QueueObserver | undefined
  readonly #ready = new ReadyLine<Entry>()
  readonly #delayed = new Heap<Entry>((a, b) =>
    a.readyAtMs === b.readyAtMs ? a.sequence < b.sequence : a.readyAtMs < b.readyAtMs,
  )
  /** Every entry that waits: in `#ready`, in `#delayed`, or parked because its key is locked. */
  readonly #entries = new Map<ObjectKey, Entry>()
  readonly #places: Places
  readonly #groupOf: (key: ObjectKey) => string
  readonly #retries: Retries
  readonly #waiters = new Set<Waiter>()
  #sequence = 0
  #cancelTimer: (() => void) | undefined
  #armedForMs: number | undefined
  #isShutDown = false

  constructor(options: QueueOptions) {
    this.#clock = options.clock
    this.#retries = new Retries(options.backoff)
    this.#observer = options.observer
    this.#places = new Places(options.clock, options.places ?? Number.POSITIVE_INFINITY)
    this.#groupOf = options.groupOf ?? (() => '')
  }

  add(key: ObjectKey, { afterMs = 0, priority = priorities.change }: AddOptions = {}): void {
    if (this.#isShutDown) return
    const readyAtMs = this.#clock.monotonic() + Math.max(0, afterMs)
    const old = this.#entries.get(key)
    if (old !== undefined) return this.#raise(old, readyAtMs, priority)
    const entry = { key, priority, readyAtMs, sequence: 0, group: '', heapIndex: -1 }
    this.#entries.set(key, entry)
    this.#observer?.added()
    this.#place(entry)
    this.#dispatch()
  }

  /** Adds a key that failed, after its own back-off or `atLeastMs`, whichever is longer; gives the delay. */
  retry(key: ObjectKey, { priority, atLeastMs = 0 }: { priority: number; atLeastMs?: number }): number {
    const delayMs = Math.max(this.#retries.nextDelayMs(key), atLeastMs)
    this.#observer?.retried()
    this.add(key, { afterMs: delayMs, priority })
    return delayMs
  }

  /** Ends the back-off of a key; what is queued stays queued. */
  forget(key: ObjectKey): void {
    this.#retries.forget(key)
  }

  /** What made keys fail may be over: all of those are due now. Their back-off goes on should they fail again. */
  wakeRetries(isConcerned: (key: ObjectKey) => boolean = () => true): void {
    for (const key of this.#retries.keys().filter(isConcerned)) {
      this.add(key, { priority: priorities.dependency })
    }
  }

  /** How often a key was retried since it was last forgotten. */
  failures(key: ObjectKey): number {
    return this.#retries.failures(key)
  }

  /** The next item, as soon as there is one; undefined when the queue is shut down or the signal aborted. */
  get(signal: AbortSignal): Promise<QueueItem | undefined> {
    if (this.#isShutDown || signal.aborted) return Promise.resolve(undefined)
    return new Promise((resolve) => {
      const onAbort = () => waiter(undefined)
      const waiter: Waiter = (item) => {
        signal.removeEventListener('abort', onAbort)
        this.#waiters.delete(waiter)
        resolve(item)
      }
      signal.addEventListener('abort', onAbort, { once: true })
      this.#waiters.add(waiter)
      this.#dispatch()
    })
  }

  /** Unlocks a key that `get` gave out. */
  done(key: ObjectKey): void {
    const workedMs = this.#places.free(key)
    if (workedMs === undefined) return
    this.#observer?.finished(workedMs)
    const parked = this.#entries.get(key)
    if (parked !== undefined) this.#place(parked)
    this.#dispatch()
  }

  /** Gives out nothing more and takes nothing more; workers that wait get undefined. */
  shutDown(): void {
    this.#isShutDown = true
    this.#disarm()
    this.#entries.clear()
    for (const waiter of this.#waiters) waiter(undefined)
  }

  /** Whether keys are ready and wait for a worker. */
  get isBehind(): boolean {
    return this.#ready.size > 0
  }

  depths(): ReadonlyMap<number, number> {
    const depths = new Map<number, number>()
    for (const { priority } of this.#ready.values()) depths.set(priority, (depths.get(priority) ?? 0) + 1)
    return depths
  }

  runningMs(): readonly number[] {
    return this.#places.runningMs()
  }

  #raise(entry: Entry, readyAtMs: number, priority: number): void {
    const isSooner = readyAtMs < entry.readyAtMs
    const isHigher = priority > entry.priority
    if (!isSooner && !isHigher) return
    this.#ready.remove(entry)
    this.#delayed.remove(entry)
    if (isSooner) entry.readyAtMs = readyAtMs
    if (isHigher) entry.priority = priority
    this.#place(entry)
    this.#dispatch()
  }

  /** A locked key's entry is parked: in no heap until `done`. */
  #place(entry: Entry): void {
    if (this.#places.has(entry.key)) return
    entry.sequence = this.#sequence++
    if (entry.readyAtMs > this.#clock.monotonic()) return this.#delayed.push(entry)
    entry.group = this.#groupOf(entry.key)
    this.#ready.push(entry, entry.group)
  }

  #dispatch(): void {
    if (this.#isShutDown) return
    this.#promote()
    for (const waiter of this.#waiters) {
      const entry = this.#places.isFull ? undefined : this.#ready.take((it) => this.#places.mayHave(it))
      if (entry === undefined) break
      waiter(this.#lock(entry))
    }
    this.#armTimer()
  }

  #promote(): void {
    const nowMs = this.#clock.monotonic()
    for (let first = this.#delayed.peek(); first !== undefined; first = this.#delayed.peek()) {
      if (first.readyAtMs > nowMs) return
      this.#delayed.remove(first)
      this.#place(first)
    }
  }

  #lock(entry: Entry): QueueItem {
    const nowMs = this.#clock.monotonic()
    this.#entries.delete(entry.key)
    this.#places.take(entry.key, entry.group)
    this.#observer?.started(nowMs - entry.readyAtMs)
    return { key: entry.key, priority: entry.priority }
  }

  #armTimer(): void {
    const dueMs = this.#nextMoment()
    if (dueMs === this.#armedForMs) return
    this.#disarm()
    if (dueMs === undefined) return
    this.#armedForMs = dueMs
    this.#cancelTimer = this.#clock.after(dueMs - this.#clock.monotonic(), () => {
      this.#disarm()
      this.#dispatch()
    })
  }

  /** When a delayed key becomes ready, or one that is ready may have a place. */
  #nextMoment(): number | undefined {
    const dueMs = this.#delayed.peek()?.readyAtMs
    const isWaiting = this.#ready.size > 0 && this.#waiters.size > 0
    const freeMs = isWaiting ? this.#places.nextFreeMs() : undefined
    if (dueMs === undefined || freeMs === undefined) return dueMs ?? freeMs
    return Math.min(dueMs, freeMs)
  }

  #disarm(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    this.#armedForMs = undefined
  }
}
