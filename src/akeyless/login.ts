import { failure } from '../api/reason.ts'
import type { Clock } from '../std/clock.ts'
import type { Failure } from '../std/failure.ts'
import { Redacted } from '../std/redacted.ts'
import type { References } from '../store/provider.ts'
import { shownAccessId } from './access-id.ts'
import { parseTime, parseTtl } from './expiry.ts'
import type { Gateway } from './gateway.ts'
import type { Answer } from './http.ts'
import type { Credentials, Identity } from './identity.ts'
import { commonFailure, meaningOf, parseBody } from './judge.ts'
import type { Attempt } from './refusals.ts'
import { AuthOutput, ValidateTokenOutput } from './schema.ts'
import type { Grant } from './tokens.ts'

export interface LoginOptions {
  readonly gateway: Gateway
  readonly references: References
  readonly clock: Clock
  /** Ends the login; not the signal of one asker, for others wait for the same login. */
  readonly signal: AbortSignal
}

/** How long a token is taken to live when nothing tells. */
const unknownLifetimeMs = 10 * 60_000

/** Logs in once. A refusal is a result; throws when there is no usable answer, or no credential to send. */
export async function logIn(identity: Identity, options: LoginOptions): Promise<Attempt<Grant>> {
  const { gateway, signal } = options
  const what = `log in as access id "${shownAccessId(identity.accessId)}" (${identity.title})`
  const credentials = await identity.credentials(signal)
  const answer = await gateway.call('auth', credentials.body, { signal, what })
  const common = commonFailure(answer, what, gateway.host)
  if (common !== undefined) throw common
  if (meaningOf(answer) !== 'ok') {
    credentials.refused?.()
    return { refused: true, failure: await refusal(identity, credentials, answer, what, options) }
  }
  const { token, expiration } = parseBody(AuthOutput, answer, what, gateway.host)
  const grant = new Redacted(token)
  const lifetimeMs =
    remaining(expiration, options.clock) ?? (await askLifetime(grant, options)) ?? unknownLifetimeMs
  return { refused: false, value: { token: grant, lifetimeMs } }
}

/** Why a login was refused: for a JWT our own API server may know better than the Gateway says. */
async function refusal(
  { hint }: Identity,
  { jwt }: Credentials,
  { status }: Answer,
  what: string,
  options: LoginOptions,
): Promise<Failure> {
  const at = `Cannot ${what} at gateway "${options.gateway.host}": status is ${status}`
  const accepted = jwt === undefined ? undefined : await isAccepted(jwt, options)
  if (accepted === false) {
    return failure(
      'JWTRejected',
      `${at}, and the API server refuses the JWT in a TokenReview too; renew or replace it`,
    )
  }
  const known = accepted === true ? '; the API server accepts the JWT' : ''
  return failure('AuthFailed', `${at}${known}; ${hint}`)
}

/** What our own TokenReview says; undefined when we may not ask or get no answer. */
async function isAccepted(
  { token, audiences }: NonNullable<Credentials['jwt']>,
  { references, signal }: LoginOptions,
): Promise<boolean | undefined> {
  try {
    const review = await references.reviewToken?.(token, { audiences, signal })
    return review?.authenticated
  } catch {
    return undefined
  }
}

function remaining(expiration: unknown, clock: Clock): number | undefined {
  const atMs = parseTime(expiration)
  const leftMs = atMs === undefined ? 0 : atMs - clock.now()
  return leftMs > 0 ? leftMs : undefined
}

async function askLifetime(
  token: Redacted,
  { gateway, clock, signal }: LoginOptions,
): Promise<number | undefined> {
  try {
    const what = 'ask for the lifetime of a token'
    const answer = await gateway.call('validate-token', { token: token.reveal() }, { signal, what })
    const parsed = ValidateTokenOutput.safeParse(answer.body)
    return parsed.success
      ? (remaining(parsed.data.expiration, clock) ?? parseTtl(parsed.data.ttl))
      : undefined
  } catch {
    return undefined
  }
}
