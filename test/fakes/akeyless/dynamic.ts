import { type Body, flag, required, text, whole } from './body.ts'
import { type Context, callerOf, demand, identityOf, may } from './context.ts'
import { dateOf } from './describe.ts'
import type { Lease } from './dynamic-leases.ts'
import type { Producer } from './dynamic-producer.ts'
import { invalidBody, notFound, Refusal, unauthorized } from './errors.ts'
import type { Caller, Capability } from './roles.ts'

const what = 'failed to get dynamic secret value'

/** POST /get-dynamic-secret-value and /dynamic-secret-get-value: every call makes a new credential. */
export async function getDynamicSecretValue(context: Context): Promise<object> {
  const { name, caller, producer } = target(context, 'read')
  const { lease, fields } = await minted(context, name, producer, caller)
  const ttl = producer.hidesTtl ? {} : { ttl_in_minutes: String(lease.ttlMs / 60_000) }
  return { id: lease.id, ...fields, ...ttl }
}

async function minted({ state }: Context, name: string, producer: Producer, { accessId }: Caller) {
  try {
    return await state.leases.mint(name, producer, accessId)
  } catch {
    throw new Refusal(state.guesses.producerFailureStatus, `${what}: the producer failed`)
  }
}

/** POST /dynamic-secret-tmp-creds-Get: the living credentials, without their passwords. */
export function tmpCredsGet(context: Context): readonly object[] {
  const { name, caller } = target(context, 'read')
  return visible(context, caller, name).map((it) => ({
    id: it.id,
    access_id: it.accessId,
    creation_date: dateOf(it.createdAtMs),
    custom_ttl: it.customTtlMinutes,
    dynamic_secret_type: 'postgres',
    host: it.host,
    sub_claims: {},
  }))
}

/** POST /dynamic-secret-tmp-creds-update: the TTL anew, in whole minutes. */
export function tmpCredsUpdate(context: Context): null {
  const { state, body } = context
  const { name, caller } = target(context, state.guesses.extendRight)
  const minutes = whole(body, 'new-ttl-min', 0)
  if (minutes <= 0) throw invalidBody('new-ttl-min must be a positive whole number')
  const lease = wanted(context, caller, name, required(body, 'tmp-creds-id'))
  const capMinutes = state.leases.maxTtlMs / 60_000
  if (minutes > capMinutes && state.guesses.ttlOverCap === 'refused') throw invalidBody('the TTL is too long')
  const fromMs = state.guesses.extensionCountsFrom === 'now' ? state.now() : lease.createdAtMs
  state.leases.extend(lease, Math.min(minutes, capMinutes), fromMs)
  return null
}

/** POST /dynamic-secret-tmp-creds-delete: ends one credential, or all of the dynamic secret. */
export async function tmpCredsDelete(context: Context): Promise<null> {
  const { state, body } = context
  const { name, caller } = target(context, state.guesses.revokeRight)
  const leases = flag(body, 'revoke-all')
    ? visible(context, caller, name)
    : [wanted(context, caller, name, required(body, 'tmp-creds-id'))]
  try {
    for (const lease of leases) await state.leases.revoke(lease)
  } catch {
    throw new Refusal(500, 'failed to revoke temporary credentials: the producer failed')
  }
  return null
}

/** The dynamic secret that a call is for; 401 without the right, else 404 when there is none. */
function target(context: Context, right: Capability) {
  const { state, body, note } = context
  const name = required(body, 'name')
  note.names = [name]
  const caller = callerOf(context)
  demand(context, caller, name, right, what)
  const item = state.items.get(name)
  const producer = state.leases.producerOf(name)
  if (item === undefined || producer === undefined) throw notFound(what, name, identityOf(context, caller))
  if (item.type !== 'DYNAMIC_SECRET') {
    const words = `item ${item.name} is of type ${item.type}, not DYNAMIC_SECRET`
    throw new Refusal(state.guesses.wrongTypeStatus, words)
  }
  return { name, caller, producer }
}

function visible({ state }: Context, caller: Caller, name: string): readonly Lease[] {
  const hides = state.guesses.foreignLease === 'hidden'
  return state.leases.of(name).filter((it) => !hides || it.accessId === caller.accessId)
}

function wanted(context: Context, caller: Caller, name: string, id: string): Lease {
  const { state, body } = context
  const lease = visible(context, caller, name).find((it) => it.id === id)
  if (lease === undefined)
    throw new Refusal(state.guesses.unknownLeaseStatus, 'there are no such temporary credentials')
  if (isForeign(context, caller, lease)) throw unauthorized(what, identityOf(context, caller))
  demandHost(context, body, lease)
  return lease
}

/** Somebody else's, where this run guesses that these may not be touched; who may delete the item may. */
function isForeign(context: Context, caller: Caller, lease: Lease): boolean {
  const { foreignLease } = context.state.guesses
  if (foreignLease !== 'denied' || lease.accessId === caller.accessId) return false
  return !may(context, caller, lease.item).has('delete')
}

function demandHost({ state }: Context, body: Body, lease: Lease): void {
  if (state.guesses.leaseHost === 'any' || text(body, 'host') === lease.host) return
  throw invalidBody('host is not that of the temporary credentials')
}
