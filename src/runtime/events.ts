import { hash } from 'node:crypto'
import { hostname } from 'node:os'
import type { Client } from '../kube/client.ts'
import { ApiError, isNotFound } from '../kube/errors.ts'
import { eventKind, type Kind } from '../kube/kind.ts'
import { type KubeObject, keyOf, type ObjectRef } from '../kube/object.ts'
import type { Clock } from '../std/clock.ts'
import { sleep } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import { type Courtesy, createCourtesy } from './courtesy.ts'
import { eventOf, type Occurrence, type Recorded, recordedOf, seriesPatch } from './event-object.ts'
import type { PolicyRule } from './policy-rule.ts'

export type { Occurrence } from './event-object.ts'

/** What the recorder needs to be allowed. */
export const eventRules: readonly PolicyRule[] = [
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
]

/** Tells users what happened. Never waits, never throws: what cannot be told is dropped and counted. */
export interface EventRecorder {
  record(occurrence: Occurrence): void
  /** Sends what is queued, for at most `timeoutMs`; takes nothing after it. */
  stop(timeoutMs: number): Promise<void>
}

export interface EventRecorderOptions {
  readonly client: Client
  readonly log: Log
  readonly clock: Clock
  readonly fieldManager?: string
  readonly instance?: string
  readonly maxQueued?: number
  /** Sustained Events a second, after a burst. */
  readonly perSecond?: number
  readonly burst?: number
  readonly concurrency?: number
  /** Whether objects wait for their turn: Events then wait for them, though not for long. */
  readonly isBusy?: () => boolean
  readonly onDropped?: () => void
}

/** Records to events.k8s.io/v1, at a bounded rate; what repeats joins the series of the first. */
export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  return new Recorder(options)
}

/** A repeat within this time joins the Event of the first: client-go's figure. */
const seriesMs = 360_000
const maxSeries = 4096
const attempts = 3
const retryMs = 500
/** A Secret is awaited by pods, an Event by somebody who reads. */
const courtesyMs = 5000

interface Series {
  readonly ref: ObjectRef
  /** Settled once the first of them was told, or could not be. */
  readonly begun: Promise<unknown>
  count: number
  lastMs: number
}

class Recorder implements EventRecorder {
  readonly #options: EventRecorderOptions
  readonly #maxQueued: number
  readonly #perSecond: number
  readonly #burst: number
  readonly #courtesy: Courtesy
  readonly #queue: Recorded[] = []
  /** Events of the last minutes, by what makes them the same. */
  readonly #series = new Map<string, Series>()
  readonly #stop = new AbortController()
  readonly #workers = new Set<Promise<void>>()
  #tokens: number
  #refilledMs: number
  #isClosed = false

  constructor(options: EventRecorderOptions) {
    this.#options = options
    const { clock, isBusy = () => false } = options
    this.#maxQueued = options.maxQueued ?? 5000
    this.#perSecond = options.perSecond ?? 300
    this.#burst = options.burst ?? 1000
    this.#courtesy = createCourtesy({ clock, isBusy: () => !this.#isClosed && isBusy(), mostMs: courtesyMs })
    this.#tokens = this.#burst
    this.#refilledMs = clock.monotonic()
  }

  record(occurrence: Occurrence): void {
    if (this.#isClosed || this.#queue.length >= this.#maxQueued) return this.#drop()
    this.#queue.push(recordedOf(occurrence, this.#options.clock))
    if (this.#workers.size < (this.#options.concurrency ?? 10)) this.#startWorker()
  }

  async stop(timeoutMs: number): Promise<void> {
    this.#isClosed = true
    const cancel = this.#options.clock.after(timeoutMs, () =>
      this.#stop.abort(new Error('Event recorder stopped')),
    )
    await Promise.all(this.#workers)
    cancel()
  }

  #startWorker(): void {
    const worker = this.#drain().finally(() => this.#workers.delete(worker))
    this.#workers.add(worker)
  }

  async #drain(): Promise<void> {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      try {
        await this.#courtesy(next.monotonicMs, this.#stop.signal)
        await this.#spendToken()
        await this.#tell(next)
      } catch (error) {
        this.#drop()
        this.#options.log.debug({ err: error, reason: next.reason }, 'Event dropped')
      }
    }
  }

  /** The API server's time is for Secrets and statuses first. */
  async #spendToken(): Promise<void> {
    const { clock } = this.#options
    const nowMs = clock.monotonic()
    const earned = ((nowMs - this.#refilledMs) / 1000) * this.#perSecond
    this.#tokens = Math.min(this.#burst, this.#tokens + earned) - 1
    this.#refilledMs = nowMs
    if (this.#tokens < 0) await sleep((-this.#tokens / this.#perSecond) * 1000, clock, this.#stop.signal)
  }

  async #tell(occurrence: Recorded): Promise<void> {
    const identity = identityOf(occurrence)
    const series = this.#openSeries(identity)
    if (series === undefined) return this.#begin(identity, occurrence)
    series.count++
    await series.begun
    try {
      await this.#send((options) =>
        this.#options.client.mergePatch(eventKind, series.ref, seriesPatch(series), options),
      )
    } catch (error) {
      if (!isNotFound(error)) throw error
      // Somebody deleted the Event, or its time is over.
      await this.#begin(identity, occurrence)
    }
  }

  async #begin(identity: string, occurrence: Recorded): Promise<void> {
    const { client, clock, instance = hostname() } = this.#options
    const event = eventOf(occurrence, instance)
    const { name, namespace } = event.metadata
    const sent = this.#send((options) => client.create(eventKind, event, options))
    const begun = sent.catch(() => this.#series.delete(identity))
    this.#series.set(identity, { ref: { name, namespace }, begun, count: 1, lastMs: clock.now() })
    await sent
  }

  #openSeries(identity: string): Series | undefined {
    const nowMs = this.#options.clock.now()
    const series = this.#series.get(identity)
    this.#series.delete(identity)
    if (series === undefined || nowMs - series.lastMs > seriesMs) return this.#makeRoom()
    // Put back at the end: the first is always the one that was quiet for longest.
    this.#series.set(identity, series)
    series.lastMs = nowMs
    return series
  }

  #makeRoom(): undefined {
    const [oldest] = this.#series.keys()
    if (this.#series.size >= maxSeries && oldest !== undefined) this.#series.delete(oldest)
  }

  /** A second try of an Event that came through after all is a 409 by its name: harmless. */
  async #send(
    request: (options: { signal: AbortSignal; fieldManager: string }) => Promise<KubeObject>,
  ): Promise<void> {
    const { clock, fieldManager = 'keyferry-events' } = this.#options
    const { signal } = this.#stop
    for (let attempt = 1; ; attempt++) {
      signal.throwIfAborted()
      try {
        await request({ signal, fieldManager })
        return
      } catch (error) {
        if (attempt > 1 && isThere(error)) return
        if (attempt >= attempts || isRefused(error)) throw error
        await sleep(retryMs * attempt, clock, signal)
      }
    }
  }

  #drop(): void {
    this.#options.onDropped?.()
  }
}

function isThere(error: unknown): boolean {
  return error instanceof ApiError && error.reason === 'AlreadyExists'
}

/** No second try helps: no right, no namespace, an Event that is not to the API server's taste. */
function isRefused(error: unknown): boolean {
  return error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429
}

function identityOf({ controller, kind, metadata, type, reason, action, message }: Recorded): string {
  const regarding = `${kindName(kind)} ${keyOf(metadata)} ${metadata.uid ?? ''}`
  // A digest of it: thousands are kept for minutes, and messages are long.
  return hash('sha256', JSON.stringify([controller, regarding, type, reason, action, message]), 'base64')
}

function kindName(kind: Kind): string {
  return `${kind.kind}.${kind.group}`
}
