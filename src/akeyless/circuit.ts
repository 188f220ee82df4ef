import { type FailureReason, failure } from '../api/reason.ts'
import { type Backoff, exponential } from '../std/backoff.ts'
import type { Clock } from '../std/clock.ts'
import type { Failure } from '../std/failure.ts'
import type { AkeylessObserver } from './observer.ts'

/** Why nobody calls: `detail` says what is wrong and what to do, and names no item. */
export interface Cause {
  readonly reason: FailureReason
  readonly detail: string
}

/** How a call ended, as far as it tells of the Gateway. */
export type CallEnd =
  | { readonly kind: 'answered' }
  | { readonly kind: 'throttled'; readonly retryAfterMs: number | undefined }
  | { readonly kind: 'failed'; readonly cause: Cause; readonly tookMs: number }
  /** Whoever waited for it went away. */
  | { readonly kind: 'abandoned' }

/** The leave to make one call. */
export interface Pass {
  readonly givenAtMs: number
}

export interface CircuitOptions {
  /** Host and port of the Gateway, for messages. */
  readonly host: string
  readonly clock: Clock
  /** Numbers in [0, 1), for jitter. */
  readonly random: () => number
  readonly observer: Pick<AkeylessObserver, 'onCircuit' | 'onNotSent'>
}

type Kind = 'throttled' | 'failing'

interface Shut {
  readonly kind: Kind
  readonly cause: Cause
  readonly untilMs: number
  readonly probe: Pass | undefined
}

/** A call that fails within this time holds nobody up. */
export const quickMs = 1000
/** So many calls must fail one after the other, without an answer to anybody, within `failingMs`. */
const mostFailures = 10
const failingMs = 30_000
/** A Retry-After beyond this is not believed. */
const longestAskedMs = 300_000
const longestPauseMs: Readonly<Record<Kind, number>> = { throttled: 60_000, failing: 10_000 }
const firstPauseMs: Readonly<Record<Kind, number>> = { throttled: 500, failing: 1000 }

/** What a failure of a call that was never made has as its cause. */
export class NotSent extends Error {
  override readonly name = 'NotSent'
}

/**
 * Whether a Gateway may be called, for everybody who calls it. It is shut by an answer 429, for as long as that asks
 * for; by many failures in a row; or by one that took long while nobody else got an answer. Once the pause is over
 * one call at a time tries it; an answer, whatever its status below 500, opens it, and another failure shuts it for
 * longer.
 */
export class Circuit {
  readonly #options: CircuitOptions
  readonly #waiting = new Set<() => void>()
  #shut: Shut | undefined
  #pauses: Record<Kind, Backoff>
  #lastPauseMs = 0
  #openSinceMs = Number.NEGATIVE_INFINITY
  #answeredAtMs = Number.NEGATIVE_INFINITY
  #failures: { readonly count: number; readonly sinceMs: number } = { count: 0, sinceMs: 0 }

  constructor(options: CircuitOptions) {
    this.#options = options
    this.#pauses = this.#firstPauses()
  }

  /** Throws what `enter` would throw, for work that has not begun. */
  refuse(waitMs: number): void {
    const shut = this.#shut
    if (shut === undefined) return
    const leftMs = shut.untilMs - this.#nowMs()
    const isHope = shut.kind === 'throttled' ? leftMs <= waitMs : leftMs <= 0 && shut.probe === undefined
    if (!isHope) throw this.#refusal(shut)
  }

  /**
   * The leave to make a call, at once or, where the Gateway asked for a pause, until `untilMs` at the latest. Throws
   * the failure that shut it, with the cause NotSent; the signal's reason when it is aborted. Whoever has a pass calls
   * `ended`.
   */
  async enter(signal: AbortSignal, untilMs: number): Promise<Pass> {
    for (;;) {
      signal.throwIfAborted()
      const nowMs = this.#nowMs()
      const pass = { givenAtMs: nowMs }
      const shut = this.#shut
      if (shut === undefined) return pass
      const isDue = nowMs >= shut.untilMs
      if (isDue && shut.probe === undefined) {
        this.#shut = { ...shut, probe: pass }
        return pass
      }
      const changeMs = isDue ? untilMs : shut.untilMs
      const isTooLate = isDue ? nowMs >= untilMs : shut.untilMs > untilMs
      if (shut.kind === 'failing' || isTooLate) throw this.#refusal(shut)
      await this.#change(changeMs - nowMs, signal)
    }
  }

  /** Whether the pause is over by then, if nothing else comes between. */
  isOpenBy(untilMs: number): boolean {
    return this.#shut === undefined || this.#shut.untilMs <= untilMs
  }

  ended(pass: Pass, end: CallEnd): void {
    const isProbe = this.#shut?.probe === pass
    if (end.kind === 'failed') return this.#failed(isProbe, end)
    if (end.kind === 'abandoned') return isProbe ? this.#releaseProbe() : undefined
    this.#answeredAtMs = this.#nowMs()
    this.#failures = { count: 0, sinceMs: 0 }
    if (end.kind === 'throttled') return this.#throttled(isProbe, end.retryAfterMs)
    // An answer that was under way when others were refused says nothing of the time after.
    if (this.#shut?.kind === 'failing' || isProbe) this.#open()
  }

  /** Somebody waited in vain for long enough: shuts for all, and gives what to fail with. */
  giveUp(): Failure {
    const shut = this.#shut
    if (shut !== undefined && this.#nowMs() < shut.untilMs) return this.#refusal(shut)
    const detail = 'it answers nobody now; look at its log and at the network'
    return this.#refusal(this.#close('failing', { reason: 'GatewayUnreachable', detail }))
  }

  /** Nobody will call any more. */
  end(): void {
    if (this.#shut !== undefined) this.#open()
  }

  /** The failure of a call that is not made. They do not all come back at the same moment. */
  #refusal({ kind, cause: { reason, detail }, untilMs }: Shut): Failure {
    const { host, random, observer } = this.#options
    const leftMs = Math.max(0, untilMs - this.#nowMs())
    const retryAfterMs = leftMs + random() * Math.max(1000, leftMs / 4)
    const when = kind === 'failing' ? `within ${longestPauseMs.failing / 1000} s` : 'when the pause is over'
    observer.onNotSent?.(reason)
    return failure(
      reason,
      `Cannot ask gateway "${host}": ${detail}; nobody asks it now, and one call tries it again ${when}`,
      { retryAfterMs, cause: new NotSent('no call was made') },
    )
  }

  #failed(isProbe: boolean, { cause, tookMs }: Extract<CallEnd, { kind: 'failed' }>): void {
    if (this.#shut !== undefined) {
      if (isProbe) this.#close('failing', cause)
      return
    }
    const nowMs = this.#nowMs()
    const isRecent = nowMs - this.#failures.sinceMs <= failingMs && this.#failures.count > 0
    const { count, sinceMs } = isRecent ? this.#failures : { count: 0, sinceMs: nowMs }
    this.#failures = { count: count + 1, sinceMs }
    const wasLong = Math.min(tookMs, nowMs - this.#answeredAtMs) >= quickMs
    if (wasLong || count + 1 >= mostFailures) this.#close('failing', cause)
  }

  #throttled(isProbe: boolean, retryAfterMs: number | undefined): void {
    const cause = { reason: 'Throttled', detail: 'status is 429; it asks for fewer calls' } as const
    const askedMs = retryAfterMs === undefined ? undefined : Math.min(retryAfterMs, longestAskedMs)
    const shut = this.#shut
    if (shut?.kind !== 'throttled' || isProbe) this.#close('throttled', cause, askedMs)
    else this.#shut = { ...shut, untilMs: Math.max(shut.untilMs, this.#nowMs() + (askedMs ?? 0)) }
  }

  /** Shuts for what was asked, or else for a pause that grows with each time that came soon after another. */
  #close(kind: Kind, cause: Cause, askedMs?: number): Shut {
    const nowMs = this.#nowMs()
    if (this.#shut === undefined && nowMs - this.#openSinceMs > 2 * this.#lastPauseMs)
      this.#pauses = this.#firstPauses()
    const pause = this.#pauses[kind]
    if (askedMs === undefined) this.#pauses[kind] = pause.next()
    this.#lastPauseMs = askedMs === undefined ? pause.delayMs : Math.max(askedMs, firstPauseMs[kind])
    const shut = { kind, cause, untilMs: nowMs + this.#lastPauseMs, probe: undefined }
    this.#shut = shut
    this.#failures = { count: 0, sinceMs: 0 }
    this.#options.observer.onCircuit?.(this.#options.host, cause.reason)
    this.#wake()
    return shut
  }

  #open(): void {
    this.#shut = undefined
    this.#openSinceMs = this.#nowMs()
    this.#options.observer.onCircuit?.(this.#options.host, undefined)
    this.#wake()
  }

  #releaseProbe(): void {
    if (this.#shut !== undefined) this.#shut = { ...this.#shut, probe: undefined }
    this.#wake()
  }

  #wake(): void {
    for (const wake of this.#waiting) wake()
  }

  /** Resolves when something changed, or the time is over. */
  #change(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        cancel()
        signal.removeEventListener('abort', end)
        this.#waiting.delete(end)
        resolve()
      }
      const cancel = this.#options.clock.after(ms, end)
      signal.addEventListener('abort', end, { once: true })
      this.#waiting.add(end)
    })
  }

  #firstPauses(): Record<Kind, Backoff> {
    const { random } = this.#options
    const of = (kind: Kind) =>
      exponential({ initialMs: firstPauseMs[kind], maxMs: longestPauseMs[kind], jitter: 0.2, random })
    return { throttled: of('throttled'), failing: of('failing') }
  }

  #nowMs(): number {
    return this.#options.clock.monotonic()
  }
}
