import { LRUCache } from 'lru-cache'
import { failure } from '../api/reason.ts'
import type { Failure } from '../std/failure.ts'
import { Redacted } from '../std/redacted.ts'
import type { ItemRequest, ItemValue } from '../store/provider.ts'
import type { Answer } from './http.ts'
import { itemFailure, whatOf } from './item-failure.ts'
import { type ItemType, typeNamed, typeOf, type ValueRequest } from './item-types.ts'
import { meaningOf, parseBody } from './judge.ts'
import { Item, TaggedItem } from './schema.ts'
import type { Session } from './session.ts'

/** Types of items by identity and name: an item is described once and not before every read. */
export class ItemTypes {
  readonly #types = new LRUCache<string, string>({ max: 50_000 })

  /** What a list told of an item. */
  learn(session: Session, name: string, type: string): void {
    this.#types.set(keyOf(session, name), type)
  }

  /** The type of an item, and whether it was known without a call. */
  async get(session: Session, name: string, fresh: boolean): Promise<{ type: string; known: boolean }> {
    const key = keyOf(session, name)
    const known = fresh ? undefined : this.#types.get(key)
    if (known !== undefined) return { type: known, known: true }
    const type = typeOf(parseBody(Item, await describe(session, name), whatOf(name), session.host))
    this.#types.set(key, type)
    return { type, known: false }
  }
}

function keyOf(session: Session, name: string): string {
  return `${session.key} ${name}`
}

async function describe(session: Session, name: string): Promise<Answer> {
  const what = whatOf(name)
  const answer = await session.call('describe-item', { name }, what)
  const problem = itemFailure(answer, what, session, undefined)
  if (problem !== undefined) throw problem
  return answer
}

export interface ReadItemOptions {
  readonly session: Session
  readonly types: ItemTypes
  readonly ignoreCache: boolean
}

/** Reads one item; throws the Failure that says why not. */
export async function readItem(request: ItemRequest, options: ReadItemOptions): Promise<ItemValue> {
  const { session, types } = options
  if (request.part === 'tags') return readTags(request.key, session)
  const version = versionOf(request)
  const fresh = request.fresh === true
  const value = { name: request.key, version, ignoreCache: fresh || options.ignoreCache }
  const { type, known } = await types.get(session, request.key, fresh)
  const answer = await ask(session, typeFor(type, request.key), value)
  if (!known || isTrusted(answer)) return valueOf(answer, type, value, session)
  // Perhaps the item was made anew with another type since it was described.
  const now = await types.get(session, request.key, true)
  const again = now.type === type ? answer : await ask(session, typeFor(now.type, request.key), value)
  return valueOf(again, now.type, value, session)
}

/** Tags have no versions: they are those of now. */
async function readTags(name: string, session: Session): Promise<ItemValue> {
  const { item_tags } = parseBody(TaggedItem, await describe(session, name), whatOf(name), session.host)
  return { text: new Redacted(JSON.stringify(item_tags ?? [])) }
}

function isTrusted(answer: Answer): boolean {
  const meaning = meaningOf(answer)
  return meaning === 'ok' || meaning === 'denied' || meaning === 'throttled'
}

function ask(session: Session, type: ItemType, request: ValueRequest): Promise<Answer> {
  return session.call(type.command, type.body(request), whatOf(request.name))
}

function valueOf(answer: Answer, type: string, request: ValueRequest, session: Session): ItemValue {
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
  const why =
    type === 'DYNAMIC_SECRET' ? 'dynamic secrets come with leases, which are' : `its type ${shown} is`
  throw failure(
    'InvalidSpec',
    `Cannot ${whatOf(name)}: ${why} not supported yet; take it out of the manifest`,
  )
}

/** Another word than a number would silently be the latest; refused instead. */
function versionOf({ key, version }: ItemRequest): number | undefined {
  if (version === undefined || version === '' || version === '0') return undefined
  if (/^[1-9]\d{0,8}$/.test(version)) return Number(version)
  throw failure('InvalidSpec', `Cannot ${whatOf(key)}: remoteRef.version is not a whole number above 0`)
}
