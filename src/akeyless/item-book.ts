import { Recent } from '../std/recent.ts'
import { areWhole, type ItemFacts, isOlder, isSameVersion, isTold } from './item-facts.ts'

/** What is known of an item, and since when. */
export interface BookEntry {
  readonly facts: ItemFacts
  /** When the call began that told of it last; monotonic. */
  readonly seenMs: number
  /** When this version of it was first told of; monotonic. What was read before may be another one. */
  readonly toldMs: number
  /** Another version was known before: what caches hold may be that one, whatever the dates say. */
  readonly hasChanged: boolean
}

/** When the call began that tells of an item, and when its answer was there; monotonic. */
export interface Telling {
  readonly startedMs: number
  readonly endedMs: number
}

const mostItems = 100_000

/** What is known of items, by identity and name, without their values: for the whole process, and bounded. */
export class ItemBook {
  readonly #entries = new Recent<string, BookEntry>(mostItems)

  /** What was seen of an item; what is older than what was seen before is not believed. Gives what is believed. */
  learn(owner: number, name: string, facts: ItemFacts, telling: Telling): BookEntry {
    const key = keyOf(owner, name)
    const known = this.#entries.get(key)
    // A short view that leaves out the version says nothing of what is known already of that very item.
    if (known !== undefined && areWhole(known.facts) && !areWhole(facts) && !isAnother(facts, known.facts))
      return known
    const entry = known === undefined ? firstOf(facts, telling) : nextOf(facts, known, telling)
    this.#entries.set(key, entry)
    return entry
  }

  get(owner: number, name: string): BookEntry | undefined {
    return this.#entries.get(keyOf(owner, name))
  }
}

function firstOf(facts: ItemFacts, { startedMs, endedMs }: Telling): BookEntry {
  return { facts, seenMs: startedMs, toldMs: endedMs, hasChanged: false }
}

function nextOf(facts: ItemFacts, known: BookEntry, { startedMs, endedMs }: Telling): BookEntry {
  // Nothing tells which of two items was there first; what was asked for later is no older.
  const isLate = facts.id !== known.facts.id && startedMs < known.seenMs
  const believed = isLate || isOlder(facts, known.facts) ? known.facts : facts
  const isSame = isSameVersion(believed, known.facts)
  return {
    facts: inFull(believed, known.facts),
    seenMs: Math.max(startedMs, known.seenMs),
    toldMs: isSame ? known.toldMs : endedMs,
    hasChanged: known.hasChanged || (!isSame && hasVersion(known.facts)),
  }
}

/** A rotated secret has one before it ever rotated. */
function hasVersion({ version, modifiedMs }: ItemFacts): boolean {
  return version >= 0 && modifiedMs >= 0
}

/** Made anew under the same name; whatever is not told may be the same. */
function isAnother(facts: ItemFacts, known: ItemFacts): boolean {
  if (facts.id >= 0 && known.id >= 0 && facts.id !== known.id) return true
  return isTold(facts) && isTold(known) && facts.type !== known.type
}

/** A short view leaves the type of a key and all tags open: they stay known as long as nothing else changed. */
function inFull(facts: ItemFacts, known: ItemFacts): ItemFacts {
  if (facts === known || facts.id !== known.id) return facts
  const type = isTold(facts) ? facts.type : known.type
  const isEqual = type === known.type && facts.isDenied === known.isDenied && isSameVersion(facts, known)
  // The same object for the same facts: a list of thousands leaves no garbage that lives.
  if (isEqual && (facts.tags === known.tags || facts.tags === '')) return known
  return { ...facts, type }
}

/** Requests may leave out the leading slash; lists never do. */
export function absolute(name: string): string {
  return name.startsWith('/') ? name : `/${name}`
}

function keyOf(owner: number, name: string): string {
  return `${owner}${absolute(name)}`
}
