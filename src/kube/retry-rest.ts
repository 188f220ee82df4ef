import { type Backoff, exponential } from '../std/backoff.ts'
import type { Clock } from '../std/clock.ts'
import { Pause } from './pause.ts'
import type { ReflectorTiming } from './reflector-timing.ts'

/** The waits of a reflector between two connections. */
export class RetryRest {
  readonly #clock: Clock
  readonly #timing: ReflectorTiming
  readonly #random: () => number
  readonly #backoffPause: Pause
  readonly #retryAfterPause: Pause
  #backoff: Backoff
  #failedAtMs = Number.NEGATIVE_INFINITY
  #stopped = false

  constructor(clock: Clock, random: () => number, timing: ReflectorTiming) {
    this.#clock = clock
    this.#random = random
    this.#timing = timing
    this.#backoffPause = new Pause(clock)
    this.#retryAfterPause = new Pause(clock)
    this.#backoff = this.#first()
  }

  /**
   * Takes the next delay of the back-off, in milliseconds. It starts again after a healthy time, and after a watch that
   * was no short one: what cuts every watch after half a minute (a load balancer) is no sign of a server in distress.
   */
  nextDelayMs(liveAtMs: number): number {
    const nowMs = this.#clock.monotonic()
    const { healthyMs, shortWatchMs } = this.#timing
    if (nowMs - this.#failedAtMs > healthyMs || nowMs - liveAtMs >= shortWatchMs)
      this.#backoff = this.#first()
    this.#failedAtMs = nowMs
    const { delayMs } = this.#backoff
    this.#backoff = this.#backoff.next()
    return delayMs
  }

  /** Waits `delayMs`, which `wake` ends, but never less than the server asked for. */
  async afterFailure(delayMs: number, retryAfterMs: number): Promise<void> {
    if (retryAfterMs > 0 && !this.#stopped) await this.#retryAfterPause.wait(retryAfterMs)
    if (delayMs > retryAfterMs && !this.#stopped) await this.#backoffPause.wait(delayMs - retryAfterMs)
  }

  /** A watch that the server ended at once is opened again, but not in a hot loop. */
  async afterEnd(openedAtMs: number): Promise<void> {
    const lastedMs = this.#clock.monotonic() - openedAtMs
    if (lastedMs >= this.#timing.shortWatchMs || this.#stopped) return
    await this.#backoffPause.wait(this.#first().delayMs)
  }

  /** Ends the wait of a back-off, and starts it again. */
  wake(): void {
    this.#backoff = this.#first()
    this.#backoffPause.end()
  }

  /** Ends every wait, now and later. */
  stop(): void {
    this.#stopped = true
    this.#backoffPause.end()
    this.#retryAfterPause.end()
  }

  #first(): Backoff {
    const { backoffInitialMs: initialMs, backoffMaxMs: maxMs } = this.#timing
    return exponential({ initialMs, maxMs, factor: 2, jitter: 0.25, random: this.#random })
  }
}
