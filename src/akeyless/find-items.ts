import { setImmediate as turn } from 'node:timers/promises'
import { failure } from '../api/reason.ts'
import { Failure } from '../std/failure.ts'
import { goPattern } from '../std/go-pattern.ts'
import type { FindRequest, FoundItem, ItemOutcome, ItemRequest } from '../store/provider.ts'
import { typeNamed } from './item-types.ts'
import type { ItemTypes } from './items.ts'
import { type ListedItem, type ListRequest, listItems } from './list-items.ts'
import type { Session } from './session.ts'

export interface FindOptions {
  readonly session: Session
  readonly types: ItemTypes
  readonly signal: AbortSignal
  /** Reads one item; does not throw for what is wrong with it. */
  readonly read: (request: ItemRequest) => Promise<ItemOutcome>
}

const mostListed = 10_000
const mostFound = 1000
const readsAtATime = 8
const longestTurnMs = 10

/**
 * Finds items as ESO's Akeyless provider does: by a pattern anywhere in the full name, or else by the values of tags,
 * any one of which is enough; in a folder. All or nothing: throws the first failure.
 */
export async function findItems(request: FindRequest, options: FindOptions): Promise<readonly FoundItem[]> {
  const names = await namesOf(request, options)
  const outcomes = await readAll(names, options)
  return names.map((key, index) => ({ key, value: valueOf(key, outcomes[index]) }))
}

/** The names of what is found, each once, sorted; their types are learnt on the way, so that none is described. */
async function namesOf(
  request: FindRequest,
  { session, types, signal }: FindOptions,
): Promise<readonly string[]> {
  const isMeant = matcherOf(request)
  const names = new Set<string>()
  let room = mostListed
  for (const list of listsOf(request)) {
    const listed = await listItems(list, session, room)
    room -= listed.length
    const inFolder = listed.filter(({ name, type }) => isFindable(type) && name.startsWith(list.folder ?? ''))
    for (const { name, type } of await meantOf(inFolder, isMeant, signal)) {
      names.add(name)
      types.learn(session, name, type)
    }
  }
  if (names.size > mostFound) throw tooMany(names.size)
  return [...names].toSorted()
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
function listsOf({ path, name, tags = {} }: FindRequest): readonly ListRequest[] {
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
  { read }: FindOptions,
): Promise<readonly (ItemOutcome | undefined)[]> {
  const outcomes: (ItemOutcome | undefined)[] = []
  const queue = names.entries()
  let failed = false
  const worker = async () => {
    for (const [index, key] of queue) {
      const outcome = await read({ key })
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
