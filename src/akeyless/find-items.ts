import { setImmediate as turn } from 'node:timers/promises'
import { failure } from '../api/reason.ts'
import { Failure } from '../std/failure.ts'
import { goPattern } from '../std/go-pattern.ts'
import type { FindRequest, FoundItem, ItemOutcome } from '../store/provider.ts'
import { areWhole } from './item-facts.ts'
import { typeNamed } from './item-types.ts'
import { type FindList, type ListedItem, listItems } from './list-items.ts'
import type { Scout } from './scout.ts'
import type { Session } from './session.ts'

/** Reads one item; does not throw for what is wrong with it. */
type ReadItem = (name: string) => Promise<ItemOutcome>

export interface NamesOptions {
  readonly session: Session
  readonly scout: Scout
  readonly signal: AbortSignal
  /** When the list begins; monotonic. */
  readonly listedMs: number
}

const mostListed = 10_000
const mostFound = 1000
/** As many as go out together in a few calls. */
const readsAtATime = 60
const longestTurnMs = 10

/** Reads what `namesOf` found. All or nothing: throws the first failure. */
export async function readFound(names: readonly string[], read: ReadItem): Promise<readonly FoundItem[]> {
  const outcomes = await readAll(names, read)
  return names.map((key, index) => ({ key, value: valueOf(key, outcomes[index]) }))
}

/**
 * The names of what is found, each once, sorted. Finds items as ESO's Akeyless provider does: by a pattern anywhere in
 * the full name, or else by the values of tags, any one of which is enough; in a folder. What the list shows of them
 * is learnt on the way, so that none is described.
 */
export async function namesOf(request: FindRequest, options: NamesOptions): Promise<readonly string[]> {
  const { session, scout, signal, listedMs } = options
  const isMeant = matcherOf(request)
  const names = new Set<string>()
  let room = mostListed
  for (const list of listsOf(request)) {
    const listed = await listWhole(list, session, scout, room)
    room -= listed.length
    const inFolder = listed.filter(({ name, type }) => isFindable(type) && name.startsWith(list.folder ?? ''))
    for (const it of await meantOf(inFolder, isMeant, signal)) {
      names.add(it.name)
      scout.learn(it, listedMs)
    }
  }
  if (names.size > mostFound) throw tooMany(names.size)
  return [...names].toSorted()
}

/** Where the short view does not tell of every change the long one is asked for, from now on. */
async function listWhole(
  list: FindList,
  session: Session,
  scout: Scout,
  room: number,
): Promise<readonly ListedItem[]> {
  const isLong = scout.isLong || list.tag !== undefined
  const listed = await listItems({ ...list, isLong }, session, room)
  if (isLong || listed.every((it) => areWhole(it.facts))) return listed
  scout.lengthen()
  return listItems({ ...list, isLong: true }, session, room)
}

/** A pattern may take a millisecond for a name, and there are thousands: others get their turns in between. */
async function meantOf(
  listed: readonly ListedItem[],
  isMeant: (name: string) => boolean,
  signal: AbortSignal,
): Promise<readonly ListedItem[]> {
  const meant: ListedItem[] = []
  let since = performance.now()
  for (const it of listed) {
    if (isMeant(it.name)) meant.push(it)
    if (performance.now() - since < longestTurnMs) continue
    await turn()
    signal.throwIfAborted()
    since = performance.now()
  }
  return meant
}

/** A Gateway that does not know a type we ask for may list other ones. */
function isFindable(type: string): boolean {
  return typeNamed(type)?.isFound === true
}

/** A name wins over tags, as in ESO; a path alone is refused, as there. */
function listsOf({ path, name, tags = {} }: FindRequest): readonly FindList[] {
  const folder = path === undefined ? undefined : folderOf(path)
  if (name !== undefined) return [{ folder, tag: undefined }]
  const values = [...new Set(Object.values(tags))]
  if (values.length === 0)
    throw invalid('find.name or find.tags is needed; find.path only says where to look')
  if (values.includes('')) throw invalid('a value of find.tags is empty; Akeyless knows tags by their values')
  return values.map((tag) => ({ folder, tag }))
}

/** The path with a slash at both ends. */
function folderOf(path: string): string {
  const absolute = path.startsWith('/') ? path : `/${path}`
  return absolute.endsWith('/') ? absolute : `${absolute}/`
}

function matcherOf({ name }: FindRequest): (itemName: string) => boolean {
  if (name === undefined) return () => true
  const isMatch = goPattern(name)
  if (isMatch === undefined) throw invalid('find.name.regexp is not a regular expression (RE2)')
  return isMatch
}

/** A few at a time, so that one find leaves the Gateway to others too; none any more after the first failure. */
async function readAll(
  names: readonly string[],
  read: ReadItem,
): Promise<readonly (ItemOutcome | undefined)[]> {
  const outcomes: (ItemOutcome | undefined)[] = []
  const queue = names.entries()
  let failed = false
  const worker = async () => {
    for (const [index, key] of queue) {
      const outcome = await read(key)
      outcomes[index] = outcome
      failed ||= !outcome.ok
      if (failed) return
    }
  }
  await Promise.all(Array.from({ length: readsAtATime }, worker))
  const first = outcomes.find((it) => it?.ok === false)
  if (first?.ok === false) throw ofFind(first.failure)
  return outcomes
}

function valueOf(key: string, outcome: ItemOutcome | undefined): FoundItem['value'] {
  if (outcome?.ok === true) return outcome.value
  throw new Error(`the outcome for "${key}" is missing`)
}

/** What was listed a moment ago is not missing: it went in between, and the next list shows it no more. */
function ofFind(error: Error): Error {
  if (!(error instanceof Failure) || error.reason !== 'NotFound') return error
  return failure('UnexpectedResponse', `${error.message}; it was listed just before`, { cause: error })
}

function tooMany(found: number): Failure {
  return invalid(`${found} items match, and ${mostFound} may; set find.path, or a narrower find.name.regexp`)
}

function invalid(why: string): Failure {
  return failure('InvalidSpec', `Cannot find items: ${why}`)
}
