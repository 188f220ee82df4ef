import { failure } from '../api/reason.ts'
import type { Clock } from '../std/clock.ts'
import { Failure } from '../std/failure.ts'
import { Recent } from '../std/recent.ts'
import { waitFor } from '../std/shared-work.ts'

/** How a login ended: with what it gave, or refused. Anything thrown is neither, and not counted. */
export type Attempt<T> =
  | { readonly refused: false; readonly value: T }
  | { readonly refused: true; readonly failure: Failure }

interface Account {
  refusals: number
  throttles: number
  throttledUntilMs: number
  throttled: Failure | undefined
  lastRefusedAtMs: number
  underWay: number
  /** Resolves when the next login under way ends. */
  ended: PromiseWithResolvers<void>
}

/** What a credential may be refused for together with others: the auth config of a Gateway that all of them name. */
interface Group {
  isGood: boolean
  /** Those that were refused since one of them was not; two tell as much as all. */
  readonly refused: Set<string>
  underWay: number
}

/** Whose logins Akeyless counts together. */
export interface LoginAccount {
  /** Gateway and access id. */
  readonly key: string
  readonly title: string
  /** See `Identity.group`. */
  readonly group?: string | undefined
}

interface Credential {
  refusals: number
  untilMs: number
  failure: Failure
}

/** Who asks to log in. */
interface Asker {
  readonly state: Account
  readonly title: string
  readonly credentialKey: string
  readonly group: Group
}

/** Akeyless blocks an access id after five refusals in a row. */
const mostInARow = 4
/** Of a group of which nobody knows whether any login of it can be good. */
const mostOfUnknown = 2
const firstPauseMs = 5000
const longPauseMs = 5 * 60_000

/**
 * Keeps refused logins below the count that makes Akeyless block an access id. A row of refusals ends with a good
 * login, or after five minutes without a refusal.
 * - A credential that was refused is tried again after 5 s and 10 s, and from its third refusal on every 5 minutes:
 *   what is mended on the side of Akeyless heals within one such pause.
 * - It may use three of the four refusals of a row. The fourth is for a credential that was not refused before, so
 *   that a mended Secret or spec is tried at once and not after somebody else's pause.
 * - Nor is the fourth for a group of credentials of which two were refused, so that a mistyped auth config in the stores
 *   of many namespaces holds nobody else back.
 * - Logins under way count as refusals until they end, so that many at once cannot overrun the bound.
 * While a credential is paused everybody who asks gets the failure it met, and no call is made. A 429 is no refusal:
 * it pauses the access id for as long as Retry-After says, or for 5 s doubling; 5 minutes at most.
 */
export class Refusals {
  readonly #clock: Clock
  readonly #accounts = new Recent<string, Account>(10_000)
  readonly #credentials = new Recent<string, Credential>(10_000)
  readonly #groups = new Recent<string, Group>(10_000)

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Runs one login of a credential for an account (Gateway and access id) when it may be tried now. Throws the
   * failure it ends with, or while paused the one it ended with last, with the time left in `retryAfterMs`.
   */
  async attempt<T>(
    account: LoginAccount,
    credentialKey: string,
    login: () => Promise<Attempt<T>>,
    signal: AbortSignal,
  ): Promise<T> {
    const state = this.#accounts.get(account.key) ?? newAccount()
    this.#accounts.set(account.key, state)
    const group = this.#groupOf(account, credentialKey)
    await this.#turn({ state, title: account.title, credentialKey, group }, signal)
    try {
      return this.#settle(state, credentialKey, group, await login())
    } catch (error) {
      if (error instanceof Failure && error.reason === 'Throttled') this.#throttle(state, error)
      throw error
    } finally {
      state.underWay -= 1
      group.underWay -= 1
      state.ended.resolve()
      state.ended = Promise.withResolvers()
    }
  }

  /** Resolves when an attempt may begin, which then counts as under way. */
  async #turn({ state, title, credentialKey, group }: Asker, signal: AbortSignal): Promise<void> {
    for (;;) {
      const now = this.#clock.monotonic()
      const credential = this.#credentials.get(credentialKey)
      if (credential !== undefined && now < credential.untilMs)
        throw credential.failure.with({ retryAfterMs: credential.untilMs - now })
      if (state.throttled !== undefined && now < state.throttledUntilMs) {
        throw state.throttled.with({ retryAfterMs: state.throttledUntilMs - now })
      }
      if (now - state.lastRefusedAtMs >= longPauseMs) state.refusals = 0
      const isDoubtful = credential !== undefined || group.refused.size > 1
      const most = isDoubtful ? mostInARow - 1 : mostInARow
      if (state.refusals >= most) throw this.#full(state, title, credential)
      const hasRoom = group.isGood || group.underWay < mostOfUnknown
      if (hasRoom && state.refusals + state.underWay < most) {
        state.underWay += 1
        group.underWay += 1
        return
      }
      await waitFor(state.ended.promise, signal)
    }
  }

  /** A credential that has nothing in common with others is a group of its own. */
  #groupOf({ key, group }: LoginAccount, credentialKey: string): Group {
    const groupKey = JSON.stringify(group === undefined ? [credentialKey] : [key, group])
    const known = this.#groups.get(groupKey) ?? { isGood: false, refused: new Set(), underWay: 0 }
    this.#groups.set(groupKey, known)
    return known
  }

  #throttle(state: Account, error: Failure): void {
    const pauseMs = Math.min(error.retryAfterMs ?? firstPauseMs * 2 ** state.throttles, longPauseMs)
    state.throttles = Math.min(state.throttles + 1, 10)
    state.throttled = error
    state.throttledUntilMs = this.#clock.monotonic() + pauseMs
  }

  #full(state: Account, title: string, credential: Credential | undefined): Failure {
    const leftMs = state.lastRefusedAtMs + longPauseMs - this.#clock.monotonic()
    const known = credential?.failure ?? failure('AuthFailed', `Cannot log in as ${title}: ${rowWords}`)
    return known.with({ retryAfterMs: leftMs })
  }

  #settle<T>(state: Account, credentialKey: string, group: Group, attempt: Attempt<T>): T {
    if (attempt.refused && group.refused.size < mostOfUnknown) group.refused.add(credentialKey)
    if (!attempt.refused) {
      group.isGood = true
      group.refused.clear()
      state.refusals = 0
      state.throttles = 0
      this.#credentials.delete(credentialKey)
      return attempt.value
    }
    const now = this.#clock.monotonic()
    state.refusals += 1
    state.lastRefusedAtMs = now
    const refusals = (this.#credentials.get(credentialKey)?.refusals ?? 0) + 1
    const pauseMs = refusals >= mostInARow - 1 ? longPauseMs : firstPauseMs * 2 ** (refusals - 1)
    this.#credentials.set(credentialKey, { refusals, untilMs: now + pauseMs, failure: attempt.failure })
    throw attempt.failure.with({ retryAfterMs: pauseMs })
  }
}

const rowWords =
  'logins of this access id were refused several times in a row, so the next try waits up to 5 minutes; Akeyless ' +
  'would block the access id otherwise'

function newAccount(): Account {
  const throttling = { throttles: 0, throttledUntilMs: 0, throttled: undefined }
  return { refusals: 0, lastRefusedAtMs: 0, underWay: 0, ended: Promise.withResolvers(), ...throttling }
}
