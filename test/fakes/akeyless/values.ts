import { flag, required, texts, whole } from './body.ts'
import { type Context, callerOf, demand, identityOf } from './context.ts'
import { invalidBody, notFound, Refusal, unauthorized } from './errors.ts'
import type { Content, Item, ItemType, ItemVersion } from './item.ts'
import { type Caller, withSlash } from './roles.ts'

const what = 'failed to get secret value'

/** POST /get-secret-value: a map of the names asked for. One name fails by itself; a batch as this run guesses. */
export function getSecretValue(context: Context): object {
  const names = texts(context.body, 'names')
  context.note.names = names
  if (names.length === 0) throw invalidBody('names is required')
  const caller = callerOf(context)
  const outcomes = names.map((name) => attempt(() => staticValueOf(context, caller, name)))
  const refusals = outcomes.filter((it) => it instanceof Refusal)
  if (refusals.length > 0) demandPartial(context, caller, names, refusals)
  return mapOf(context, names, outcomes)
}

/** POST /get-rotated-secret-value: `names` is one name. */
export function getRotatedSecretValue(context: Context): object {
  const name = required(context.body, texts(context.body, 'names').length > 0 ? 'names' : 'name')
  context.note.names = [name]
  const fields = contentOf(context, callerOf(context), name, 'ROTATED_SECRET')
  return envelopeOf(context, fields)
}

/** POST /get-certificate-value. */
export function getCertificateValue(context: Context): object {
  const name = required(context.body, 'name')
  context.note.names = [name]
  return contentOf(context, callerOf(context), name, 'CERTIFICATE') as object
}

/** POST /export-classic-key: the private half with what belongs to it, or the public half alone. */
export function exportClassicKey(context: Context): object {
  const name = required(context.body, 'name')
  context.note.names = [name]
  const content = contentOf(context, callerOf(context), name, 'CLASSIC_KEY') as Readonly<
    Record<string, string>
  >
  const { key = '', certificate = '', ssh = '' } = content
  return { key, ssh, [context.state.guesses.classicKeyCertificate]: certificate }
}

function attempt(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}

/** Throws when the batch fails as a whole; returns when its refused names are only left out. */
function demandPartial(
  context: Context,
  caller: Caller,
  names: readonly string[],
  refusals: readonly Refusal[],
): void {
  const [first] = refusals
  const { batchPartial } = context.state.guesses
  if (refusals.length === names.length && first !== undefined) throw first
  if (batchPartial === 'fail401') throw unauthorized(what, identityOf(context, caller))
  if (batchPartial === 'fail404') throw notFound(what, names.join(', '), identityOf(context, caller))
}

function mapOf({ state }: Context, names: readonly string[], outcomes: readonly unknown[]): object {
  const keyOf = (name: string) => (state.guesses.keyNames === 'normalised' ? withSlash(name) : name)
  const pairs = names.map((name, index) => [keyOf(name), outcomes[index]] as const)
  return Object.fromEntries(pairs.filter(([, outcome]) => !(outcome instanceof Refusal)))
}

function staticValueOf(context: Context, caller: Caller, name: string): unknown {
  const content = contentOf(context, caller, name, 'STATIC_SECRET')
  if (!flag(context.body, 'json') || typeof content !== 'string') return content
  const item = context.state.items.get(name)
  const isJson = item?.subType === 'password' || (item !== undefined && item.format !== 'text')
  return isJson ? parsedOrText(content) : content
}

/** With `json: true` values that are JSON come as objects. */
function parsedOrText(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    return content
  }
}

function contentOf(
  context: Context,
  caller: Caller,
  name: string,
  type: ItemType,
): Content | readonly Content[] {
  demand(context, caller, name, 'read', what)
  const { state, body, note } = context
  const item = state.items.get(name)
  note.ignoreCache = flag(body, 'ignore-cache')
  if (item !== undefined && item.type !== type) throw wrongType(context, item, type)
  const version = whole(body, 'version', 0)
  if (version !== 0 && item !== undefined) return versionContentOf(context, item, version)
  const { value, cached } = state.cache.read(withSlash(name), item?.versions.at(-1), note.ignoreCache)
  if (cached) note.cached = true
  if (value === undefined) throw notFound(what, name, identityOf(context, caller))
  return value.content
}

/** Positive: that version. Negative: counted from the latest. */
function versionContentOf({ state }: Context, item: Item, version: number): Content | readonly Content[] {
  if (version < 0 && state.guesses.negativeVersion === 'list')
    return item.versions.slice(version).map((it) => it.content)
  const found: ItemVersion | undefined =
    version < 0 ? item.versions.at(version) : item.versions.find((it) => it.version === version)
  if (found !== undefined) return found.content
  throw new Refusal(
    state.guesses.unknownVersionStatus,
    `version ${version} of item ${item.name} was not found`,
  )
}

function wrongType({ state }: Context, item: Item, type: ItemType): Refusal {
  return new Refusal(state.guesses.wrongTypeStatus, `item ${item.name} is of type ${item.type}, not ${type}`)
}

function envelopeOf({ state }: Context, fields: Content | readonly Content[]): object {
  const envelope = state.guesses.rotatedEnvelope
  if (envelope === 'bare') return fields as object
  const isPayload = typeof fields === 'object' && 'payload' in fields
  return { value: envelope === 'targetValue' && !isPayload ? { target_value: fields } : fields }
}
