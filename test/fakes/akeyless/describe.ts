import { flag, required, text, texts } from './body.ts'
import { type Context, callerOf, demand, identityOf, may } from './context.ts'
import { notFound } from './errors.ts'
import { type Item, lastVersionOf } from './item.ts'
import { type Caller, withSlash } from './roles.ts'

const what = 'failed to obtain item description'

/** POST /describe-item: 401 without list on the path whether or not the item exists, else 404 when it does not. */
export function describeItem(context: Context): object {
  const { body } = context
  const name = required(body, 'name')
  context.note.names = [name]
  const caller = callerOf(context)
  const item = listed(context, caller, name)
  return describedOf(context, caller, item, flag(body, 'show-versions'))
}

/** POST /get-tags. */
export function getTags(context: Context): readonly string[] {
  const name = required(context.body, 'name')
  context.note.names = [name]
  return listed(context, callerOf(context), name).tags
}

/** POST /describe-permissions: what the caller may do on a path. */
export function describePermissions(context: Context): object {
  const path = required(context.body, 'path')
  return { client_permissions: [...may(context, callerOf(context), withSlash(path))] }
}

function listed(context: Context, caller: Caller, name: string): Item {
  demand(context, caller, name, 'list', what)
  const item = context.state.items.get(name)
  if (item === undefined) throw notFound(what, name, identityOf(context, caller))
  return item
}

/** An item as the API shows it: everything but its value. */
export function describedOf(context: Context, caller: Caller, item: Item, showVersions: boolean): object {
  return {
    item_name: item.name,
    item_id: item.id,
    display_id: item.displayId,
    item_type: item.type === 'CLASSIC_KEY' ? context.state.guesses.classicKeyType : item.type,
    item_sub_type: item.subType,
    item_tags: item.tags,
    item_accessibility: 0,
    item_state: 'Enabled',
    is_enabled: true,
    last_version: lastVersionOf(item),
    creation_date: dateOf(item.createdAtMs),
    modification_date: dateOf(item.modifiedAtMs),
    delete_protection: item.deleteProtection,
    client_permissions: [...may(context, caller, item.name)],
    item_general_info: generalInfoOf(context, item),
    ...(item.type === 'ROTATED_SECRET' ? rotationOf(context, item) : {}),
    item_versions: showVersions ? item.versions.map(versionOf) : null,
  }
}

function rotationOf({ state }: Context, { rotatedAtMs, createdAtMs }: Item): object {
  const { neverRotatedDate: never } = state.guesses
  const none = never === 'absent' ? {} : { last_rotation_date: '0001-01-01T00:00:00Z' }
  const atMs = rotatedAtMs ?? (never === 'creation' ? createdAtMs : undefined)
  return { ...(atMs === undefined ? none : { last_rotation_date: dateOf(atMs) }), auto_rotate: false }
}

function generalInfoOf({ state }: Context, item: Item): object {
  if (item.type === 'STATIC_SECRET')
    return { static_secret_info: { format: item.format, notify_on_change_event: false } }
  if (item.type === 'ROTATED_SECRET')
    return { rotated_secret_details: { rotator_status: 'RotationSucceeded' } }
  if (item.type === 'DYNAMIC_SECRET') {
    const seconds = (state.leases.producerOf(item.name)?.ttlMs ?? 3_600_000) / 1000
    const userTtl = seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`
    return { dynamic_secret_producer_details: { producer_type: 'postgres', user_ttl: userTtl } }
  }
  if (item.type === 'CLASSIC_KEY')
    return { classic_key_details: { key_type: 'RSA2048', is_unexportable: false } }
  return { certificate_chain_info: {} }
}

function versionOf({ version, createdAtMs }: Item['versions'][number]): object {
  return { version, creation_date: dateOf(createdAtMs), item_version_state: 'Enabled' }
}

/** RFC 3339 in UTC, as all dates of the API. */
export function dateOf(ms: number): string {
  return new Date(ms).toISOString()
}

/** Names a call asks for, however its command spells them; for records and for faults that hit one item. */
export function namesIn(body: Readonly<Record<string, unknown>>): readonly string[] {
  const name = text(body, 'name')
  return name === undefined ? texts(body, 'names') : [name]
}
