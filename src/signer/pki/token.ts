import type { Clock } from '../../std/clock.ts'
import { Redacted } from '../../std/redacted.ts'
import { SharedWork } from '../../std/shared-work.ts'

/** A token, and for how long it holds. */
export interface Token {
  readonly value: Redacted
  readonly lifeMs: number
}

interface Held {
  readonly value: Redacted
  readonly endsAtMs: number
}

/** Where the token of an issuer comes from. */
export interface TokenSource {
  /** The token; `isFresh` when it was made, or looked at, for this call. */
  get(signal: AbortSignal): Promise<{ readonly value: Redacted; readonly isFresh: boolean }>
  /** Told of a token that was refused. */
  drop(value: Redacted): void
  close(): void
}

/** The token of one issuer: one login for all who need it, until it ends or is refused. */
export class TokenCache implements TokenSource {
  readonly #login: (signal: AbortSignal) => Promise<Token>
  readonly #clock: Clock
  readonly #renewBeforeMs: number
  readonly #running = new SharedWork<Held>()
  readonly #closing = new AbortController()
  #held: Held | undefined

  constructor(options: {
    readonly login: (signal: AbortSignal) => Promise<Token>
    readonly clock: Clock
    readonly renewBeforeMs: number
  }) {
    this.#login = options.login
    this.#clock = options.clock
    this.#renewBeforeMs = options.renewBeforeMs
  }

  async get(signal: AbortSignal): Promise<{ readonly value: Redacted; readonly isFresh: boolean }> {
    const held = this.#held
    if (held !== undefined && held.endsAtMs > this.#clock.monotonic()) return { ...held, isFresh: false }
    const made = await this.#running.join('', () => this.#renew(), signal)
    return { ...made, isFresh: true }
  }

  /** Drops a token that was refused, unless there is another by now. */
  drop(value: Redacted): void {
    if (this.#held?.value === value) this.#held = undefined
  }

  close(): void {
    this.#held = undefined
    this.#closing.abort()
  }

  async #renew(): Promise<Held> {
    const { value, lifeMs } = await this.#login(this.#closing.signal)
    // A life that is shorter than the reserve is used to its half.
    const usableMs = Math.max(lifeMs - this.#renewBeforeMs, lifeMs / 2)
    const held = { value: new Redacted(value.reveal()), endsAtMs: this.#clock.monotonic() + usableMs }
    if (!this.#closing.signal.aborted) this.#held = held
    return held
  }
}
