import { awsClaims, certClaims, cloudTokenClaims } from './auth-cloud.ts'
import { jwtClaims } from './auth-jwt.ts'
import { kubernetesClaims } from './auth-kubernetes.ts'
import { required, text } from './body.ts'
import { type Context, callerOf, tokenOf } from './context.ts'
import { Refusal } from './errors.ts'
import type { AuthMethod } from './identities.ts'
import { refusedLogin } from './refused-login.ts'
import type { Claims } from './roles.ts'

/** POST /auth: a token for an access id that proves itself; five failures in a row block it. */
export async function auth(context: Context): Promise<object> {
  const { state, body, note } = context
  const accessId = required(body, 'access-id')
  note.accessId = accessId
  if (state.identities.isBlocked(accessId)) {
    throw refusedLogin(context, state.guesses.blockedStatus, 'too many failed authentication attempts')
  }
  const claims = await countingFailures(context, accessId)
  state.identities.unblock(accessId)
  const token = state.tokens.issue(accessId, claims, state.now() + ttlOf(context, accessId))
  note.tokenId = token.id
  return { token: token.value, ...expirationOf(context, token.expiresAtMs) }
}

async function countingFailures(context: Context, accessId: string): Promise<Claims> {
  try {
    return await claimsOf(context, accessId)
  } catch (error) {
    if (error instanceof Refusal && error.status < 500) context.state.identities.countFailure(accessId)
    throw error
  }
}

async function claimsOf(context: Context, accessId: string): Promise<Claims> {
  const { state, body } = context
  const type = text(body, 'access-type') ?? 'access_key'
  const method = state.identities.methods.get(accessId)
  if (type === 'k8s') return kubernetesClaims(context, method)
  if (method === undefined || method.type !== type) throw badCredentials(context)
  const refused = () => badCredentials(context)
  if (method.type === 'jwt') return jwtClaims(context, method, refused)
  if (method.type === 'aws_iam') return awsClaims(context, method, refused)
  if (method.type === 'azure_ad' || method.type === 'gcp') return cloudTokenClaims(context, method, refused)
  if (method.type === 'cert') return certClaims(context, method, refused)
  if (!matches(method, context)) throw badCredentials(context)
  return {}
}

function matches(method: AuthMethod, { body }: Context): boolean {
  if (method.type === 'access_key') return text(body, 'access-key') === method.accessKey
  return method.type === 'universal_identity' && text(body, 'uid-token') === method.uidToken
}

function badCredentials(context: Context): Refusal {
  return refusedLogin(context, 401, 'invalid access id or credentials')
}

function ttlOf({ state }: Context, accessId: string): number {
  return state.identities.methods.get(accessId)?.ttlMs ?? state.tokenTtlMs
}

function expirationOf({ state }: Context, expiresAtMs: number): { expiration?: string } {
  const { expiration } = state.guesses
  if (expiration === 'absent') return {}
  if (expiration === 'unix') return { expiration: String(Math.floor(expiresAtMs / 1000)) }
  return { expiration: `${new Date(expiresAtMs).toISOString().slice(0, 19)}Z` }
}

/** POST /validate-token. */
export function validateToken(context: Context): object {
  const { state } = context
  try {
    const token = tokenOf(context)
    const ttlSeconds = Math.floor((token.expiresAtMs - state.now()) / 1000)
    const ttl = state.guesses.ttlType === 'number' ? ttlSeconds : String(ttlSeconds)
    return { is_valid: true, ...expirationOf(context, token.expiresAtMs), ttl }
  } catch (error) {
    return invalidToken(context, error)
  }
}

function invalidToken({ state, body }: Context, error: unknown): object {
  if (!(error instanceof Refusal) || text(body, 'token') === undefined) throw error
  if (state.guesses.validateInvalid === 'notValid') return { is_valid: false, reason: error.message }
  throw new Refusal(401, error.message)
}

/** POST /describe-sub-claims: what the caller's login says of it. */
export function describeSubClaims(context: Context): object {
  return { sub_claims: callerOf(context).claims }
}
