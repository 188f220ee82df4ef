import { type Body, flag, required, text, texts, whole } from './body.ts'
import { type Context, callerOf, demandWrite, identityOf } from './context.ts'
import { dateOf } from './describe.ts'
import { invalidBody, notFound, Refusal } from './errors.ts'
import { addVersion, type Item, lastVersionOf, type StaticFormat } from './item.ts'
import { type Capability, withSlash } from './roles.ts'

const maxValueBytes = 16 * 1024
const formats: readonly string[] = ['text', 'json', 'key-value'] satisfies StaticFormat[]

/** POST /create-secret. */
export function createSecret(context: Context): object {
  const { state, body } = context
  const name = nameOf(context)
  demandWrite(context, callerOf(context), name, 'create')
  if (state.items.get(name) !== undefined)
    throw new Refusal(state.guesses.existsStatus, `item ${name} already exists`)
  const subType = text(body, 'type') === 'password' ? 'password' : 'generic'
  const content = demandSize(context, subType === 'password' ? passwordOf(body) : required(body, 'value'))
  const more = {
    format: formatOf(body),
    tags: texts(body, 'tags'),
    deleteProtection: flag(body, 'delete_protection'),
  }
  state.items.create(name, { type: 'STATIC_SECRET', subType, content, ...more }, state.now())
  return { name: withSlash(name) }
}

/** POST /update-secret-val: the next version; the one before is kept unless the caller says otherwise. */
export function updateSecretVal(context: Context): object {
  const { state, body } = context
  const item = writable(context, 'update')
  if (item.type !== 'STATIC_SECRET') throw invalidBody(`item ${item.name} is not a static secret`)
  const content = demandSize(
    context,
    item.subType === 'password' ? passwordOf(body) : required(body, 'value'),
  )
  if (text(body, 'format') !== undefined) item.format = formatOf(body)
  const expected = whole(body, 'last-version', lastVersionOf(item))
  if (expected !== lastVersionOf(item))
    throw new Refusal(409, `item ${item.name} was updated in the meantime`)
  addVersion(item, content, state.now(), text(body, 'keep-prev-version') !== 'false')
  return { name: item.name }
}

/** POST /delete-item: the whole item, or one version of it. */
export function deleteItem(context: Context): object {
  const { state, body } = context
  const item = writable(context, 'delete')
  if (item.deleteProtection) throw new Refusal(403, `item ${item.name} is protected against deletion`)
  const version = whole(body, 'version', -1)
  item.versions = item.versions.filter((it) => version > 0 && it.version !== version)
  if (item.versions.length === 0) state.items.delete(item.name)
  return {
    item_name: item.name,
    item_id: item.id,
    version_deleted: version,
    deletion_date: dateOf(state.now()),
  }
}

/** POST /gateway-rotate-secret. */
export function rotateSecret(context: Context): object {
  const item = writable(context, 'update')
  if (item.type !== 'ROTATED_SECRET') throw invalidBody(`item ${item.name} is not a rotated secret`)
  context.state.rotate(item.name)
  return { name: item.name }
}

/** POST /rollback-secret: the content of an older version becomes the next one. */
export function rollbackSecret(context: Context): object {
  const item = writable(context, 'update')
  const wanted = whole(context.body, 'old-version', 0)
  const old = item.versions.find((it) => it.version === wanted)
  if (old === undefined) {
    throw new Refusal(
      context.state.guesses.unknownVersionStatus,
      `version ${wanted} of item ${item.name} was not found`,
    )
  }
  addVersion(item, old.content, context.state.now())
  return { name: item.name }
}

function nameOf(context: Context): string {
  const name = required(context.body, 'name')
  context.note.names = [name]
  return name
}

function writable(context: Context, capability: Capability): Item {
  const name = nameOf(context)
  const caller = callerOf(context)
  demandWrite(context, caller, name, capability)
  const item = context.state.items.get(name)
  if (item === undefined) throw notFound(`failed to ${capability} item`, name, identityOf(context, caller))
  return item
}

function formatOf(body: Body): StaticFormat {
  const format = text(body, 'format') ?? 'text'
  if (!formats.includes(format)) throw invalidBody(`format ${format} is not one of ${formats.join(', ')}`)
  return format as StaticFormat
}

/** Username, password and custom fields as the JSON text that reads give back. */
function passwordOf(body: Body): string {
  const custom = body['custom-field']
  const fields = typeof custom === 'object' && custom !== null ? custom : {}
  return JSON.stringify({
    username: text(body, 'username') ?? '',
    password: required(body, 'password'),
    ...fields,
  })
}

function demandSize({ state }: Context, value: string): string {
  if (Buffer.byteLength(value) <= maxValueBytes) return value
  throw new Refusal(state.guesses.tooLargeStatus, `the value is larger than ${maxValueBytes} bytes`)
}
