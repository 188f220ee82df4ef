import type { Clock } from '../std/clock.ts'
import { guardedObserver } from './delivery.ts'
import { TransportError } from './errors.ts'
import { KnownObjects } from './known-objects.ts'
import { listPages, presentVersion } from './list-all.ts'
import { compareResourceVersions, type KubeObject } from './object.ts'
import { Pause } from './pause.ts'
import type { ReadyBell } from './ready-bell.ts'
import type { Reflector, ReflectorOptions, ReflectorState } from './reflector.ts'
import { defaultTiming, type ReflectorTiming } from './reflector-timing.ts'
import { RetryRest } from './retry-rest.ts'
import { searchLostEvents } from './safety-list.ts'
import { titleOf } from './selection-request.ts'
import { StreamedList } from './streamed-list.ts'
import type { Transport } from './transport.ts'
import { Turns } from './turns.ts'
import { View } from './view.ts'
import { type Attempt, judge, lostEvent, silence, type Verdict } from './watch-failure.ts'
import { openWatch, type WatchEvent } from './watch-stream.ts'

export interface ReflectorDeps {
  readonly transport: Transport
  readonly clock: Clock
  /** A number in [0, 1), for jitter. */
  readonly random: () => number
  /** Wakes this reflector when the API server is ready again; one for all reflectors of a transport. */
  readonly bell?: ReadyBell
}

export interface StartableReflector extends Reflector {
  /** Begins to list and watch; a second call, or one after `stop`, does nothing. */
  start(): void
}

/**
 * A reflector on the watch protocol of the Kubernetes API (API concepts, "Efficient detection of changes"; KEP-3157
 * for the first list). It tries for ever: nothing but `stop` ends it. `removed` of an object whose deletion was not
 * seen (another one of its name came instead) is told with its name, namespace, uid and resourceVersion only.
 */
export function createReflector<T extends KubeObject>(
  deps: ReflectorDeps,
  options: ReflectorOptions<T>,
  timing: Partial<ReflectorTiming> = {},
): StartableReflector {
  return new WatchReflector(deps, options, { ...defaultTiming, ...timing })
}

class WatchReflector<T extends KubeObject> implements StartableReflector {
  readonly synced: Promise<void>
  readonly #deps: ReflectorDeps
  readonly #options: ReflectorOptions<T>
  readonly #timing: ReflectorTiming
  readonly #known = new KnownObjects()
  readonly #view: View<T>
  readonly #rest: RetryRest
  readonly #safetyRest: Pause
  readonly #turns: Turns
  readonly #synced = Promise.withResolvers<void>()
  readonly #stopping = new AbortController()
  #running: Promise<unknown> | undefined
  /** Ends the present list or watch. */
  #session = new AbortController()
  #state: ReflectorState = 'starting'
  #attempt: Attempt = { listing: 'paged', serverErrors: 0 }
  #watchListServed = true
  /** A failure came before, and nothing since showed that the server knows the present position. */
  #positionInDoubt = false
  #heardAtMs: number
  /** Since when the present session has a watch that the server answered. */
  #liveAtMs = Number.POSITIVE_INFINITY

  constructor(deps: ReflectorDeps, options: ReflectorOptions<T>, timing: ReflectorTiming) {
    this.#deps = deps
    this.#options = { ...options, observer: guardedObserver(options.log, options.observer) }
    this.#timing = timing
    this.#view = new View(this.#options, this.#known)
    this.#rest = new RetryRest(deps.clock, deps.random, timing)
    this.#safetyRest = new Pause(deps.clock)
    this.#turns = new Turns(deps.clock, timing.sliceMs)
    this.#heardAtMs = deps.clock.monotonic()
    this.synced = this.#synced.promise
    // Whoever does not wait for it must not be hurt by its rejection.
    this.synced.catch(() => undefined)
  }

  get state(): ReflectorState {
    return this.#state
  }

  ageMs(): number {
    return this.#deps.clock.monotonic() - this.#heardAtMs
  }

  start(): void {
    if (this.#running !== undefined || this.#stopped) return
    this.#running = Promise.all([this.#follow(), this.#searchLostEvents()])
  }

  wake(): void {
    this.#rest.wake()
  }

  async stop(): Promise<void> {
    const reason = this.#error('the reflector was stopped', 'STOPPED')
    this.#stopping.abort(reason)
    this.#session.abort(reason)
    this.#synced.reject(reason)
    this.#rest.stop()
    this.#safetyRest.end()
    await this.#running
  }

  get #stopped(): boolean {
    return this.#stopping.signal.aborted
  }

  async #follow(): Promise<void> {
    const leaveBell = this.#deps.bell?.add(this)
    while (!this.#stopped) {
      this.#session = new AbortController()
      this.#liveAtMs = Number.POSITIVE_INFINITY
      const openedAtMs = this.#deps.clock.monotonic()
      try {
        await this.#untilSilence(this.#session.signal)
        await this.#rest.afterEnd(openedAtMs)
      } catch (error) {
        this.#session.abort(error)
        if (!this.#stopped) await this.#recover(error)
      }
    }
    leaveBell?.()
  }

  /** A silent watch is left for a new one; that is no failure yet, because nothing may have happened. */
  async #untilSilence(signal: AbortSignal): Promise<void> {
    try {
      await this.#listAndWatch(signal)
    } catch (error) {
      const isSilence = error instanceof TransportError && error.code === silence
      if (!isSilence || this.#attempt.listing !== 'done') throw error
      if (this.#positionInDoubt) await this.#provePosition(signal)
    }
  }

  /**
   * A watch from a resourceVersion that lies in the future is accepted, and then silent for ever. That happens when
   * etcd was restored, and its clients had a failure: then the server's own moment is asked for.
   */
  async #provePosition(signal: AbortSignal): Promise<void> {
    const request = { selection: this.#options.selection, timeoutMs: this.#timing.listTimeoutMs, signal }
    const present = await presentVersion(this.#deps.transport, request)
    if (compareResourceVersions(present, this.#known.position) < 0) this.#known.requireList()
    this.#positionInDoubt = false
  }

  async #listAndWatch(signal: AbortSignal): Promise<void> {
    const { position } = this.#known
    if (position !== undefined) return this.#watch(position, signal)
    if (this.#watchListServed) return this.#watchList(signal)
    await this.#listPaged(signal)
    await this.#watch(this.#known.position, signal)
  }

  async #listPaged(signal: AbortSignal): Promise<void> {
    this.#begin('paged')
    const { pageSize, listTimeoutMs: timeoutMs } = this.#timing
    const request = { selection: this.#options.selection, pageSize, timeoutMs, signal }
    const objects: T[] = []
    let moment = ''
    for await (const page of listPages(this.#deps.transport, request)) {
      this.#heardAtMs = this.#deps.clock.monotonic()
      moment = page.resourceVersion
      for (const item of page.items) objects.push(...this.#view.prepared(item))
      await this.#turns.give(signal)
    }
    this.#takeList(objects, moment)
  }

  async #watchList(signal: AbortSignal): Promise<void> {
    this.#begin('streamed')
    let list: StreamedList<T> | undefined = new StreamedList()
    for await (const event of this.#eventsOf(await this.#open(undefined, signal), signal)) {
      if (list === undefined) {
        this.#view.takeEvent(event)
        continue
      }
      const moment = list.take(event, event.type === 'BOOKMARK' ? [] : this.#view.prepared(event.object))
      if (moment === undefined) continue
      this.#takeList(list.objects, moment)
      list = undefined
      this.#attempt = { ...this.#attempt, listing: 'done' }
      this.#goLive()
    }
    if (list !== undefined) throw this.#error('the stream ended within the first list', 'ENDED_EARLY')
  }

  async #watch(position: string | undefined, signal: AbortSignal): Promise<void> {
    this.#begin('done')
    const watch = await this.#open(position, signal)
    this.#goLive()
    for await (const event of this.#eventsOf(watch, signal)) this.#view.takeEvent(event)
  }

  #goLive(): void {
    this.#liveAtMs = this.#deps.clock.monotonic()
    this.#setState('live')
  }

  #begin(listing: Attempt['listing']): void {
    this.#attempt = { ...this.#attempt, listing }
  }

  #open(resourceVersion: string | undefined, signal: AbortSignal) {
    const { transport, clock, random } = this.#deps
    const { inactivityMs, headTimeoutMs, listTimeoutMs, watchMs } = this.#timing
    const timeoutSeconds = Math.ceil((watchMs * (1 + random())) / 1000)
    const { selection } = this.#options
    return openWatch(transport, clock, {
      selection,
      resourceVersion,
      timeoutSeconds,
      // Before a WatchList is answered the server may have to catch up with etcd.
      headTimeoutMs: resourceVersion === undefined ? listTimeoutMs : headTimeoutMs,
      inactivityMs,
      signal,
    })
  }

  async *#eventsOf(events: AsyncIterable<WatchEvent>, signal: AbortSignal): AsyncGenerator<WatchEvent> {
    for await (const event of events) {
      await this.#turns.give(signal)
      this.#heardAtMs = this.#deps.clock.monotonic()
      if (this.#attempt.serverErrors > 0) this.#attempt = { ...this.#attempt, serverErrors: 0 }
      this.#positionInDoubt = false
      this.#options.observer?.event(event.type)
      yield event
    }
    signal.throwIfAborted()
  }

  #takeList(objects: readonly T[], resourceVersion: string): void {
    this.#view.takeList(objects, resourceVersion)
    this.#synced.resolve()
  }

  async #recover(error: unknown): Promise<void> {
    const verdict = judge(error, this.#attempt)
    const { relist, page, serverErrors, retryAfterMs } = verdict
    this.#attempt = { ...this.#attempt, serverErrors }
    this.#positionInDoubt = true
    if (relist) this.#known.requireList()
    if (page) this.#watchListServed = false
    if (page && retryAfterMs === 0) return
    const delayMs = this.#rest.nextDelayMs(this.#liveAtMs)
    this.#report(error, verdict, delayMs)
    await this.#rest.afterFailure(delayMs, retryAfterMs)
  }

  #report(error: unknown, { cause, state }: Verdict, delayMs: number): void {
    const { log, observer, selection } = this.#options
    const isNews = state !== undefined && state !== this.#state
    log[isNews ? 'warn' : 'debug'](
      { err: error, cause, delayMs, selection: titleOf(selection) },
      state === 'absent' ? 'The API server does not serve this kind: waiting for it' : 'Watch failed',
    )
    observer?.failed(cause)
    if (state !== undefined) this.#setState(state)
    if (state === 'broken') this.#deps.bell?.failed()
  }

  #setState(state: ReflectorState): void {
    if (state === this.#state || this.#stopped) return
    this.#state = state
    this.#options.observer?.stateChanged(state)
  }

  #searchLostEvents(): Promise<void> {
    const { transport, random } = this.#deps
    const { selection, log } = this.#options
    return searchLostEvents({
      transport,
      selection,
      log,
      random,
      known: this.#known,
      timing: this.#timing,
      signal: this.#stopping.signal,
      wait: (ms) => this.#safetyRest.wait(ms),
      isLive: () => this.#state === 'live',
      onLost: () => this.#relist(),
    })
  }

  #relist(): void {
    this.#known.requireList()
    this.#session.abort(this.#error('an event was lost', lostEvent))
  }

  #error(why: string, code: string): TransportError {
    return new TransportError(`Cannot watch ${titleOf(this.#options.selection)}: ${why}`, code)
  }
}
