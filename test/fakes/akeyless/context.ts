import type { Body } from './body.ts'
import { text } from './body.ts'
import type { Call } from './calls.ts'
import { Refusal, unauthorized, wrapped } from './errors.ts'
import type { Fault } from './faults.ts'
import { type Caller, type Capability, capabilities, permissionsOf } from './roles.ts'
import type { AkeylessState } from './state.ts'
import type { Token } from './tokens.ts'

/** What the record of this call will say; commands fill it in. */
export type Note = { -readonly [Key in keyof Call]?: Call[Key] }

/** Everything a command works with. */
export interface Context {
  readonly state: AkeylessState
  readonly body: Body
  readonly note: Note
  readonly fault?: Fault | undefined
}

/** The caller of a command, by `token` or `uid-token`; throws a Refusal when neither is good. */
export function callerOf(context: Context): Caller {
  const { state, body, note } = context
  const caller = text(body, 'uid-token') === undefined ? tokenOf(context) : uidCallerOf(context)
  note.accessId = caller.accessId
  if (state.identities.methods.has(caller.accessId)) return caller
  throw new Refusal(state.guesses.invalidTokenStatus, 'the auth method of this token is gone')
}

/** The good token of a call; throws a Refusal when it is absent, unknown, expired or revoked. */
export function tokenOf({ state, body, note, fault }: Context): Token {
  const value = text(body, 'token')
  if (value === undefined) throw new Refusal(state.guesses.missingTokenStatus, 'a token is required')
  const token = state.tokens.find(value)
  if (token !== undefined) note.tokenId = token.id
  if (token !== undefined) note.accessId = token.accessId
  if (token !== undefined && fault?.kind === 'revokeToken') token.revoked = true
  if (token !== undefined && !token.revoked && token.expiresAtMs > state.now()) return token
  throw new Refusal(state.guesses.invalidTokenStatus, 'the token is invalid or has expired')
}

function uidCallerOf({ state, body }: Context): Caller {
  const wanted = text(body, 'uid-token')
  for (const method of state.identities.methods.values()) {
    if (method.type === 'universal_identity' && method.uidToken === wanted)
      return { accessId: method.accessId, claims: {} }
  }
  throw new Refusal(state.guesses.invalidTokenStatus, 'failed to load UID token : Invalid UID token')
}

/** What the caller may do on a path. */
export function may({ state }: Context, caller: Caller, path: string): ReadonlySet<Capability> {
  if (isAdmin(state, caller)) return new Set(capabilities.filter((it) => it !== 'deny'))
  return permissionsOf(state.roles.values(), caller, path, state.guesses)
}

function isAdmin(state: AkeylessState, { accessId }: Caller): boolean {
  const method = state.identities.methods.get(accessId)
  return method?.type === 'access_key' && method.admin
}

/** Who a refusal says it is for. */
export function identityOf({ state }: Context, { accessId }: Caller) {
  return { accountId: state.accountId, accessId }
}

/** Throws the 401 that tells nothing about existence unless the caller holds the capability on the path. */
export function demand(
  context: Context,
  caller: Caller,
  path: string,
  capability: Capability,
  what: string,
): void {
  if (!may(context, caller, path).has(capability)) throw unauthorized(what, identityOf(context, caller))
}

/** The same for a write, whose status nobody documents. */
export function demandWrite(context: Context, caller: Caller, path: string, capability: Capability): void {
  if (may(context, caller, path).has(capability)) return
  const status = context.state.guesses.deniedWriteStatus
  const [operation, kind] = [
    `Failed to ${capability} item`,
    status === 403 ? 'AccessForbidden' : 'UnauthorizedAccess',
  ]
  const detail = `unauthorized access for access id ${caller.accessId}`
  throw wrapped(
    { what: `failed to ${capability} item`, operation, status, kind, detail },
    identityOf(context, caller),
  )
}

/** Throws 403 AccessForbidden unless the caller administers the account. */
export function demandAdmin(context: Context, what: string): Caller {
  const caller = callerOf(context)
  if (isAdmin(context.state, caller)) return caller
  const [operation, kind, detail] = ['Failed to authorize', 'AccessForbidden', 'access is forbidden']
  throw wrapped({ what, operation, status: 403, kind, detail }, identityOf(context, caller))
}
