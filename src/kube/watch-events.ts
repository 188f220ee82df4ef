import type { Clock } from '../std/clock.ts'
import type { Course } from './course.ts'
import type { ReflectorObserver, Selection } from './reflector.ts'
import type { ReflectorTiming } from './reflector-timing.ts'
import type { Transport } from './transport.ts'
import type { Turns } from './turns.ts'
import { openWatch, type WatchEvent } from './watch-stream.ts'

interface WatchEventsOptions {
  readonly transport: Transport
  readonly clock: Clock
  /** A number in [0, 1), for jitter. */
  readonly random: () => number
  readonly selection: Selection
  /** It must not throw. */
  readonly observer: ReflectorObserver
  readonly timing: ReflectorTiming
  readonly course: Course
  readonly turns: Turns
}

/** Opens the watches of a reflector; each event is noted before it is given. */
export class WatchEvents {
  readonly #options: WatchEventsOptions

  constructor(options: WatchEventsOptions) {
    this.#options = options
  }

  /**
   * Resolves when the server has answered; its events must be read, or the signal aborted. Without a resourceVersion
   * the whole state comes first (WatchList). Throws as `openWatch` does, and the signal's reason.
   */
  async open(resourceVersion: string | undefined, signal: AbortSignal): Promise<AsyncGenerator<WatchEvent>> {
    const { transport, clock, random, selection } = this.#options
    const { inactivityMs, headTimeoutMs, listTimeoutMs, watchMs } = this.#options.timing
    const timeoutSeconds = Math.ceil((watchMs * (1 + random())) / 1000)
    const watch = await openWatch(transport, clock, {
      selection,
      resourceVersion,
      timeoutSeconds,
      // Before a WatchList is answered the server may have to catch up with etcd.
      headTimeoutMs: resourceVersion === undefined ? listTimeoutMs : headTimeoutMs,
      inactivityMs,
      signal,
    })
    return this.#noted(watch, signal)
  }

  async *#noted(events: AsyncIterable<WatchEvent>, signal: AbortSignal): AsyncGenerator<WatchEvent> {
    const { turns, course, observer } = this.#options
    for await (const event of events) {
      await turns.give(signal)
      course.tookEvent()
      observer.event(event.type)
      yield event
    }
    signal.throwIfAborted()
  }
}
