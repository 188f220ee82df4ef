import type { Clock } from '../std/clock.ts'
import type { CallEnd } from './circuit.ts'

const probeEveryMs = 10_000
/** Whoever fails goes on asking at least this often; where nobody has for so long, nobody waits. */
const forgottenMs = 10 * 60_000
const firstPauseMs = 10_000
const longestPauseMs = 5 * 60_000

export interface ReturnWatchOptions {
  readonly clock: Clock
  /** Asks the Gateway for something that costs nothing; how it ended comes back by `ended`. */
  readonly probe: () => Promise<unknown>
  readonly onReturn: () => void
}

/**
 * Finds out when a Gateway that could not be reached answers again, so that nobody waits out his back-off. While it
 * fails it is asked every ten seconds. One that comes and goes is told of ever more rarely: whoever fails alone is not
 * woken again and again by what the others get.
 */
export class ReturnWatch {
  readonly #options: ReturnWatchOptions
  #isFailing = false
  #isStopped = false
  #failedAtMs = 0
  #returnedAtMs = Number.NEGATIVE_INFINITY
  #pauseMs = firstPauseMs
  #cancel: (() => void) | undefined

  constructor(options: ReturnWatchOptions) {
    this.#options = options
  }

  /** Hears how each call ended; probes are no sign that somebody waits. */
  ended(kind: CallEnd['kind'], isProbe: boolean): void {
    // Calls that the stop cuts off end after it.
    if (this.#isStopped) return
    if (kind === 'failed') this.#failed(isProbe)
    else if (kind === 'answered' && this.#isFailing) this.#answered()
  }

  stop(): void {
    this.#isStopped = true
    this.#askNoMore()
  }

  #failed(isProbe: boolean): void {
    this.#isFailing = true
    if (!isProbe) this.#failedAtMs = this.#nowMs()
    this.#cancel ??= this.#options.clock.after(probeEveryMs, () => {
      this.#cancel = undefined
      void this.#ask()
    })
  }

  async #ask(): Promise<void> {
    if (!this.#isFailing || this.#nowMs() - this.#failedAtMs > forgottenMs) return
    // What it throws was heard already, or it was not sent because another call is to try.
    await this.#options.probe().catch(() => undefined)
    if (this.#isFailing && !this.#isStopped) this.#failed(true)
  }

  #answered(): void {
    this.#isFailing = false
    this.#askNoMore()
    const sinceMs = this.#nowMs() - this.#returnedAtMs
    if (sinceMs < this.#pauseMs) return
    this.#pauseMs = sinceMs > 2 * longestPauseMs ? firstPauseMs : Math.min(longestPauseMs, this.#pauseMs * 2)
    this.#returnedAtMs = this.#nowMs()
    this.#options.onReturn()
  }

  #askNoMore(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  #nowMs(): number {
    return this.#options.clock.monotonic()
  }
}
