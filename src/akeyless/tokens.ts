import type { Clock } from '../std/clock.ts'
import { Recent } from '../std/recent.ts'
import type { Redacted } from '../std/redacted.ts'
import { NextRun, SharedWork } from '../std/shared-work.ts'
import type { AkeylessObserver } from './observer.ts'

/** What a login gave. */
export interface Grant {
  readonly token: Redacted
  readonly lifetimeMs: number
}

interface Held {
  readonly token: Redacted
  readonly expiresAtMs: number
  renewAtMs: number
  readonly validity: NextRun<boolean>
}

/**
 * The tokens of the process, by identity, in memory only. One login at a time per identity however many ask, renewed
 * when four fifths of its life are over; while a renewal fails the old token serves until its end.
 */
export class Tokens {
  readonly #clock: Clock
  readonly #observer: AkeylessObserver
  readonly #held = new Recent<string, Held>(10_000)
  readonly #logins = new SharedWork<Held>()

  constructor(clock: Clock, observer: AkeylessObserver) {
    this.#clock = clock
    this.#observer = observer
  }

  /** The token of an identity; `login` runs when there is none, and must end by a timeout of its own. */
  async get(key: string, login: () => Promise<Grant>, signal: AbortSignal): Promise<Redacted> {
    const held = this.#held.get(key)
    if (held !== undefined && this.#clock.monotonic() < held.renewAtMs) {
      this.#observer.onTokenCache?.('hit')
      return held.token
    }
    try {
      const renewed = await this.#logins.join(key, () => this.#renew(key, login), signal)
      return renewed.token
    } catch (error) {
      signal.throwIfAborted()
      return this.#serveOld(held, error)
    }
  }

  /** Forgets a token that is no longer good, unless a newer one has taken its place. */
  drop(key: string, token: Redacted): void {
    if (this.#held.get(key)?.token === token) this.#held.delete(key)
  }

  /**
   * Whether a token is still good, by an `ask` that begins after this call: what was refused before it began is then
   * known to be no matter of the token. Shared by all who ask meanwhile.
   */
  async isValid(
    key: string,
    token: Redacted,
    ask: () => Promise<boolean>,
    signal: AbortSignal,
  ): Promise<boolean> {
    const held = this.#held.get(key)
    if (held === undefined || held.token !== token) return false
    return held.validity.ask(ask, signal)
  }

  async #renew(key: string, login: () => Promise<Grant>): Promise<Held> {
    this.#observer.onTokenCache?.('miss')
    const { token, lifetimeMs } = await login()
    const now = this.#clock.monotonic()
    const times = { expiresAtMs: now + lifetimeMs, renewAtMs: now + lifetimeMs * 0.8 }
    const held = { token, ...times, validity: new NextRun<boolean>() }
    this.#held.set(key, held)
    return held
  }

  /** The next try to renew waits for a quarter of what is left, so that a failing renewal costs a few calls only. */
  #serveOld(held: Held | undefined, error: unknown): Redacted {
    const leftMs = held === undefined ? 0 : held.expiresAtMs - this.#clock.monotonic()
    if (held === undefined || leftMs <= 0) throw error
    held.renewAtMs = this.#clock.monotonic() + leftMs / 4
    return held.token
  }
}
