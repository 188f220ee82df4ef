import { failure } from '../api/reason.ts'
import type { Clock } from '../std/clock.ts'
import type { Failure } from '../std/failure.ts'
import { Redacted } from '../std/redacted.ts'
import type { ItemRequest, ItemValue } from '../store/provider.ts'
import { describeItem } from './describe-item.ts'
import type { Answer } from './http.ts'
import type { IdentityItems } from './identity-items.ts'
import { absolute } from './item-book.ts'
import { type ItemFacts, isTold, mints } from './item-facts.ts'
import { itemFailure, whatOf } from './item-failure.ts'
import { type ItemType, typeNamed, type ValueRequest } from './item-types.ts'
import { meaningOf, parseBody } from './judge.ts'
import { TaggedItem } from './schema.ts'
import type { Scout } from './scout.ts'
import type { Session } from './session.ts'
import type { Read } from './static-values.ts'

export interface ReadItemOptions {
  readonly session: Session
  readonly signal: AbortSignal
  readonly items: IdentityItems
  readonly ignoreCache: boolean
  readonly clock: Clock
}

/** A Gateway may serve a value from its cache for up to an hour after it changed; the rest is for clocks apart. */
const cachedForMs = 65 * 60_000
/** A list that old tells well enough what does not exist: a description proves it. */
const sightMs = 10_000

/**
 * Reads one item; `mints` when it has no value of its own (see `ItemOutcome`). Throws the Failure that says why not.
 */
export async function readItem(request: ItemRequest, options: ReadItemOptions): Promise<ItemValue | 'mints'> {
  if (request.part === 'tags') return readTags(request, options)
  const version = versionOf(request)
  const known = options.items.scout.known(request.key)
  const isKnown = known !== undefined && isTold(known)
  const facts = isKnown ? known : await lookAt(request, options)
  if (mints(facts)) return 'mints'
  const value = valueRequest(request, version, facts, options)
  const { answer, isAlone } = await ask(facts, value, request, options)
  if (!isKnown || isTrusted(answer) || !isAlone) return valueOf(answer, facts, value, options.session)
  // Perhaps the item was made anew with another type since it was seen.
  const now = await options.items.scout.describe(request.key, options.session, options.signal, true)
  if (mints(now)) return 'mints'
  const again = now.type === facts.type ? answer : (await ask(now, value, request, options)).answer
  return valueOf(again, now, value, options.session)
}

/** The failure for those who can do nothing with what is minted. */
export function mintedFailure(name: string): Failure {
  return failure(
    'InvalidSpec',
    `Cannot ${whatOf(name)}: it is a dynamic secret, of which each read makes a new credential; here only items with a value of their own can be read`,
  )
}

/** What a list shows of an item that nobody knew, or else what its description says. */
async function lookAt(
  { key, fresh = false }: ItemRequest,
  { items: { scout }, session, signal, clock }: ReadItemOptions,
): Promise<ItemFacts> {
  const sinceMs = clock.monotonic() - sightMs
  const [sighting] = await scout.sight([key], { session, signal, sinceMs })
  if (sighting instanceof Error && !fresh) throw sighting
  if (sighting === undefined && !fresh) return scout.prove(key, session, signal)
  const isSeen = sighting !== undefined && !(sighting instanceof Error)
  return isSeen && isTold(sighting) ? sighting : scout.describe(key, session, signal, fresh)
}

function valueRequest(
  { key, fresh = false }: ItemRequest,
  version: number | undefined,
  { modifiedMs, rotatedMs }: ItemFacts,
  { ignoreCache, clock, items }: ReadItemOptions,
): ValueRequest {
  const isYoung = Math.max(modifiedMs, rotatedMs) > clock.now() - cachedForMs
  const isPast = fresh || ignoreCache || isYoung || isNews(items.scout.news(key), clock)
  return { name: key, version, ignoreCache: isPast }
}

/** Of an item that was renamed, or by a clock that is wrong, dates tell nothing of what a cache holds under its name. */
function isNews(news: ReturnType<Scout['news']>, clock: Clock): boolean {
  return news?.hasChanged === true && clock.monotonic() - news.toldMs < cachedForMs
}

/**
 * Equal reads are one call, and those of static secrets go out together. One that began before the version was seen
 * that it is to be the value of may bring the one before.
 */
async function ask(
  { type }: ItemFacts,
  value: ValueRequest,
  { fresh = false }: ItemRequest,
  { items, session, signal }: ReadItemOptions,
): Promise<Read> {
  const itemType = typeFor(type, value.name)
  const { name, version, ignoreCache } = value
  const { toldMs = Infinity } = items.scout.news(name) ?? {}
  if (itemType.isBatched === true && version === undefined)
    return items.statics.read(name, session, { ignoreCache, sinceMs: fresh ? Infinity : toldMs })
  const start = (shared: AbortSignal) =>
    session.under(shared).call(itemType.command, itemType.body(value), whatOf(name))
  const key = JSON.stringify([itemType.command, absolute(name), version, ignoreCache, toldMs])
  const { singles } = items
  const answer = await (fresh ? singles.joinNext(key, start, signal) : singles.join(key, start, { signal }))
  return { answer, isAlone: true }
}

/** Tags have no versions: they are those of now. */
async function readTags({ key }: ItemRequest, { session }: ReadItemOptions): Promise<ItemValue> {
  const { item_tags } = parseBody(
    TaggedItem,
    { status: 200, isJson: true, body: await describeItem(key, session) },
    whatOf(key),
    session.host,
  )
  return { text: new Redacted(JSON.stringify(item_tags ?? [])) }
}

function isTrusted(answer: Answer): boolean {
  const meaning = meaningOf(answer)
  return meaning === 'ok' || meaning === 'denied' || meaning === 'throttled'
}

function valueOf(answer: Answer, { type }: ItemFacts, request: ValueRequest, session: Session): ItemValue {
  const what = whatOf(request.name)
  const problem = itemFailure(answer, what, session, request.version)
  if (problem !== undefined) throw problem
  const wrong = (why: string) =>
    failure('UnexpectedResponse', `Cannot ${what} at gateway "${session.host}": ${why}`)
  const text = shallow(() => typeFor(type, request.name).text(answer, request, wrong), wrong)
  return {
    text: new Redacted(text),
    ...(request.version !== undefined && { version: String(request.version) }),
  }
}

/** JSON can be read at any depth, but written only at some. */
function shallow(write: () => string, wrong: (why: string) => Failure): string {
  try {
    return write()
  } catch (error) {
    if (error instanceof RangeError) throw wrong('its value is nested too deep')
    throw error
  }
}

function typeFor(type: string, name: string): ItemType {
  const found = typeNamed(type)
  if (found !== undefined) return found
  const shown = /^[A-Z0-9_]{1,40}$/.test(type) ? type : 'unknown'
  throw failure(
    'InvalidSpec',
    `Cannot ${whatOf(name)}: its type ${shown} is not supported yet; take it out of the manifest`,
  )
}

/** Another word than a number would silently be the latest; refused instead. */
function versionOf({ key, version }: ItemRequest): number | undefined {
  if (version === undefined || version === '' || version === '0') return undefined
  if (/^[1-9]\d{0,8}$/.test(version)) return Number(version)
  throw failure('InvalidSpec', `Cannot ${whatOf(key)}: remoteRef.version is not a whole number above 0`)
}
