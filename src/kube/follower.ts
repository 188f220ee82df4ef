import type { Clock } from '../std/clock.ts'
import type { Course } from './course.ts'
import { TransportError } from './errors.ts'
import type { KnownObjects } from './known-objects.ts'
import { presentVersion } from './list-all.ts'
import type { ListAndWatch } from './list-and-watch.ts'
import { compareResourceVersions, type KubeObject } from './object.ts'
import type { Selection } from './reflector.ts'
import type { ReflectorHealth } from './reflector-health.ts'
import type { ReflectorTiming } from './reflector-timing.ts'
import type { RetryRest } from './retry-rest.ts'
import type { Transport } from './transport.ts'
import { judge, silence } from './watch-failure.ts'

interface FollowerOptions {
  readonly transport: Transport
  readonly clock: Clock
  readonly selection: Selection
  readonly timing: ReflectorTiming
  readonly known: KnownObjects
  readonly course: Course
  readonly health: ReflectorHealth
  readonly rest: RetryRest
  readonly stopping: AbortSignal
  readonly connection: Pick<ListAndWatch<KubeObject>, 'run'>
}

/** Connects again and again, and decides after each failure how to go on. */
export class Follower {
  readonly #options: FollowerOptions
  /** Ends the present list or watch. */
  #session = new AbortController()

  constructor(options: FollowerOptions) {
    this.#options = options
  }

  /** Resolves once `stopping` is aborted and the present connection was left; nothing else ends it. */
  async run(): Promise<void> {
    const { clock, course, rest, stopping } = this.#options
    while (!stopping.aborted) {
      this.#session = new AbortController()
      course.connects()
      const openedAtMs = clock.monotonic()
      try {
        await this.#untilSilence(this.#session.signal)
        await rest.afterEnd(openedAtMs)
      } catch (error) {
        this.#session.abort(error)
        if (!stopping.aborted) await this.#recover(error)
      }
    }
  }

  /** Ends the present connection with this error. */
  leave(error: TransportError): void {
    this.#session.abort(error)
  }

  /** A silent watch is left for a new one; that is no failure yet, because nothing may have happened. */
  async #untilSilence(signal: AbortSignal): Promise<void> {
    const { course, connection } = this.#options
    try {
      await connection.run(signal)
    } catch (error) {
      const isSilence = error instanceof TransportError && error.code === silence
      if (!isSilence || course.attempt.listing !== 'done') throw error
      if (course.positionIsInDoubt) await this.#provePosition(signal)
    }
  }

  /**
   * A watch from a resourceVersion that lies in the future is accepted, and then silent for ever. That happens when
   * etcd was restored, and its clients had a failure: then the server's own moment is asked for.
   */
  async #provePosition(signal: AbortSignal): Promise<void> {
    const { transport, selection, timing, known, course } = this.#options
    const request = { selection, timeoutMs: timing.listTimeoutMs, signal }
    const present = await presentVersion(transport, request)
    if (compareResourceVersions(present, known.position) < 0) known.requireList()
    course.positionIsProven()
  }

  async #recover(error: unknown): Promise<void> {
    const { known, course, health, rest } = this.#options
    const verdict = judge(error, course.attempt)
    const { relist, page, retryAfterMs } = verdict
    course.fails(verdict)
    if (relist) known.requireList()
    if (page && retryAfterMs === 0) return
    const delayMs = rest.nextDelayMs(course.liveAtMs)
    health.failed(error, verdict, delayMs)
    await rest.afterFailure(delayMs, retryAfterMs)
  }
}
