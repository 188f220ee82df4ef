import { hash } from 'node:crypto'
import type { Clock } from '../std/clock.ts'
import { Failure } from '../std/failure.ts'
import type { Log } from '../std/log.ts'
import { Recent } from '../std/recent.ts'
import type { Redacted } from '../std/redacted.ts'
import type { OnBehalfOf, References } from '../store/provider.ts'
import { shownAccessId } from './access-id.ts'
import { audit, resultOf } from './audit.ts'
import type { Gateway } from './gateway.ts'
import type { Answer } from './http.ts'
import type { Identity } from './identity.ts'
import { commonFailure, meaningOf, misplaced } from './judge.ts'
import { logIn } from './login.ts'
import type { Refusals } from './refusals.ts'
import { ValidateTokenOutput } from './schema.ts'
import type { Grant, Tokens } from './tokens.ts'

export interface SessionOptions {
  readonly gateway: Gateway
  readonly identity: Identity
  /** Digest of the CA: a token got under one CA is not used under another. */
  readonly caDigest: string
  readonly base: string
  readonly references: References
  readonly tokens: Tokens
  readonly refusals: Refusals
  readonly clock: Clock
  readonly log: Log
  readonly onBehalfOf: OnBehalfOf
  readonly signal: AbortSignal
}

/** Calls of one identity at one Gateway, on behalf of one object, with a token that is renewed when it must be. */
export class Session {
  /** Equal for those who hold the same credential for the same Gateway, and for nobody else. */
  readonly key: string
  readonly #options: SessionOptions

  constructor(options: SessionOptions, key: string = keyOf(options)) {
    this.#options = options
    this.key = key
  }

  get host(): string {
    return this.#options.gateway.host
  }

  get accessId(): string {
    return shownAccessId(this.#options.identity.accessId)
  }

  /** Ends the calls of this session. */
  get signal(): AbortSignal {
    return this.#options.signal
  }

  /** The same identity under another signal: for work that others wait for too. */
  under(signal: AbortSignal): Session {
    return new Session({ ...this.#options, signal }, this.key)
  }

  /** Logs in unless there is a token that is still good. */
  async logIn(): Promise<void> {
    await this.#token()
  }

  /**
   * The token itself, for calls that are made elsewhere. One that was `refused` there is looked at first: only when it
   * is no longer good is there a new login.
   */
  async lend(refused?: Redacted): Promise<Redacted> {
    if (refused !== undefined && !(await this.#isValid(refused))) this.#options.tokens.drop(this.key, refused)
    return this.#token()
  }

  /**
   * Calls a command. When the answer is 401 or 403 the token is looked at first: only one that is no longer good
   * costs a new login and one more call, so that an expired token shows nowhere and a denied item costs no login.
   * A 404 is believed only of whoever knows the token: a proxy that lost its route says the same of everything.
   */
  async call(command: string, body: object, what: string): Promise<Answer> {
    const token = await this.#token()
    const answer = await this.#send(command, body, token, what)
    if (!isOpen(answer) || (await this.#isValid(token))) return answer
    this.#options.tokens.drop(this.key, token)
    return this.#send(command, body, await this.#token(), what)
  }

  #send(command: string, body: object, token: Redacted, what: string): Promise<Answer> {
    const { gateway, signal } = this.#options
    return gateway.call(command, { ...body, token: token.reveal() }, { signal, what })
  }

  #token(): Promise<Redacted> {
    const { tokens, signal } = this.#options
    return tokens.get(this.key, () => this.#login(), signal)
  }

  async #login(): Promise<Grant> {
    const { gateway, identity, refusals, references, clock } = this.#options
    const signal = gateway.closed
    const { accessId, group } = identity
    const account = { key: `${this.host} ${accessId}`, title: `access id "${this.accessId}"`, group }
    const attempt = async () => {
      try {
        const result = await logIn(identity, { gateway, references, clock, signal })
        this.#record(result.refused ? result.failure.reason : 'ok')
        return result
      } catch (error) {
        this.#record(resultOf(error, signal))
        throw error
      }
    }
    return refusals.attempt(account, this.key, attempt, signal)
  }

  #record(result: string): void {
    const { log, onBehalfOf, identity } = this.#options
    const { method } = identity
    audit(log, { action: 'login', onBehalfOf, gateway: this.host, accessId: this.accessId, method, result })
  }

  #isValid(token: Redacted): Promise<boolean> {
    const { tokens, signal } = this.#options
    return tokens.isValid(this.key, token, () => this.#validate(token), signal)
  }

  /** Throws when there is no answer either way: a denial that may be an expired token is not shown as a denial. */
  async #validate(token: Redacted): Promise<boolean> {
    const { gateway } = this.#options
    const what = 'look at a token'
    const answer = await gateway.call(
      'validate-token',
      { token: token.reveal() },
      { signal: gateway.closed, what },
    )
    const common = commonFailure(answer, what, this.host)
    if (common instanceof Failure) throw common
    if (meaningOf(answer) === 'missing') throw misplaced(what, this.host)
    const parsed = ValidateTokenOutput.safeParse(answer.body)
    return meaningOf(answer) === 'ok' && parsed.success && parsed.data.is_valid !== false
  }
}

/** Thousands of sessions are those of a few identities. What stands here holds digests of credentials, and none itself. */
const keys = new Recent<string, string>(1000)

function keyOf({ base, caDigest, identity }: SessionOptions): string {
  const parts = JSON.stringify([base, caDigest, ...identity.key])
  const key = keys.get(parts) ?? hash('sha256', parts, 'base64url')
  keys.set(parts, key)
  return key
}

/** An answer that may be due to the token, or to another server than the API. */
function isOpen(answer: Answer): boolean {
  const meaning = meaningOf(answer)
  return meaning === 'denied' || meaning === 'missing'
}
