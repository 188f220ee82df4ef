import { Recent } from '../std/recent.ts'
import { areWhole, type ItemFacts, isOlder, isTold } from './item-facts.ts'

/** What is known of an item, and since when. */
export interface BookEntry {
  readonly facts: ItemFacts
  /** When the call began that told of it last; monotonic. */
  readonly seenMs: number
}

const mostItems = 100_000

/** What is known of items, by identity and name, without their values: for the whole process, and bounded. */
export class ItemBook {
  readonly #entries = new Recent<string, BookEntry>(mostItems)

  /** What was seen of an item; what is older than what was seen before is not believed. Gives what is believed. */
  learn(owner: number, name: string, facts: ItemFacts, seenMs: number): BookEntry {
    const key = keyOf(owner, name)
    const known = this.#entries.get(key)
    // A short view that leaves out the version says nothing of what is known already of that very item.
    if (known !== undefined && areWhole(known.facts) && !areWhole(facts) && !isAnother(facts, known.facts))
      return known
    const believed = known !== undefined && isOlder(facts, known.facts) ? known.facts : facts
    const entry = { facts: inFull(believed, known?.facts), seenMs: Math.max(seenMs, known?.seenMs ?? 0) }
    this.#entries.set(key, entry)
    return entry
  }

  get(owner: number, name: string): BookEntry | undefined {
    return this.#entries.get(keyOf(owner, name))
  }
}

/** Made anew under the same name; whatever is not told may be the same. */
function isAnother(facts: ItemFacts, known: ItemFacts): boolean {
  if (facts.id >= 0 && known.id >= 0 && facts.id !== known.id) return true
  return isTold(facts) && isTold(known) && facts.type !== known.type
}

/** A short view leaves the type of a key and all tags open: they stay known as long as nothing else changed. */
function inFull(facts: ItemFacts, known: ItemFacts | undefined): ItemFacts {
  if (known === undefined || facts === known || facts.id !== known.id) return facts
  const type = isTold(facts) ? facts.type : known.type
  const isSame = facts.version === known.version && facts.modifiedMs === known.modifiedMs
  const isEqual = isSame && type === known.type && facts.rotatedMs === known.rotatedMs
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
