import type { Clock } from '../std/clock.ts'
import { Failure } from '../std/failure.ts'
import { Recent } from '../std/recent.ts'
import type { Redacted } from '../std/redacted.ts'
import { SharedWork } from '../std/shared-work.ts'

/** What a cloud gave: an access token, an identity token, temporary keys. */
export interface CloudGrant<Value> {
  readonly value: Redacted<Value>
  readonly expiresAtMs: number
}

interface Pause {
  readonly failure: Failure
  readonly untilMs: number
}

/** A grant this close to its end is not used: Akeyless has to look at it too. */
const marginMs = 60_000
const failurePauseMs = 5000
/** A cloud that asks for more is not believed: nobody could end the pause. */
const longestPauseMs = 5 * 60_000

/**
 * Grants of the clouds by the identity they were made for, in memory only, until a minute before their end. The key
 * must cover every input of the grant: who asks, for which role or client, where, for what audience. One request per
 * key at a time; a failure is told to all who ask in the next 5 s (or as long as the cloud said, five minutes at most)
 * without another one.
 */
export class CloudTokens<Value> {
  readonly #clock: Clock
  readonly #held = new Recent<string, CloudGrant<Value>>(10_000)
  readonly #pauses = new Recent<string, Pause>(10_000)
  readonly #requests = new SharedWork<CloudGrant<Value>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The grant of an identity; `request` runs when there is none, and must end by a deadline of its own. */
  async get(
    key: readonly string[],
    request: () => Promise<CloudGrant<Value>>,
    signal: AbortSignal,
  ): Promise<CloudGrant<Value>> {
    const name = JSON.stringify(key)
    const held = this.#held.get(name)
    if (held !== undefined && this.#clock.now() < held.expiresAtMs - marginMs) return held
    this.#refuseInPause(name)
    return this.#requests.join(name, () => this.#request(name, request), signal)
  }

  /** Forgets a grant that Akeyless refused: what it says of its owner may have changed. */
  drop(key: readonly string[]): void {
    this.#held.delete(JSON.stringify(key))
  }

  #refuseInPause(name: string): void {
    const pause = this.#pauses.get(name)
    const leftMs = pause === undefined ? 0 : pause.untilMs - this.#clock.monotonic()
    if (pause === undefined || leftMs <= 0) return
    throw pause.failure.with({ retryAfterMs: leftMs })
  }

  async #request(name: string, request: () => Promise<CloudGrant<Value>>): Promise<CloudGrant<Value>> {
    try {
      const grant = await request()
      this.#held.set(name, grant)
      return grant
    } catch (error) {
      if (error instanceof Failure) {
        const pauseMs = Math.min(error.retryAfterMs ?? failurePauseMs, longestPauseMs)
        const untilMs = this.#clock.monotonic() + pauseMs
        this.#pauses.set(name, { failure: error, untilMs })
      }
      throw error
    }
  }
}
