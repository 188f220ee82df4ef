import type { Clock } from '../std/clock.ts'
import { FolderBook } from './folder-book.ts'
import { absolute, type BookEntry, type ItemBook } from './item-book.ts'
import type { ItemFacts } from './item-facts.ts'
import type { ListedItem } from './list-items.ts'
import { Proofs } from './proofs.ts'

export interface SightsOptions {
  readonly clock: Clock
  readonly book: ItemBook
  /** Whose the names are, in the book. */
  readonly owner: number
}

const mostUnlisted = 10_000

/** What lists and descriptions told of the items of one identity. All times are monotonic. */
export class Sights {
  readonly folders: FolderBook
  readonly proofs: Proofs
  readonly #options: SightsOptions
  /** Items that lists do not show although they are there. */
  readonly #unlisted = new Set<string>()

  constructor(options: SightsOptions) {
    this.#options = options
    this.folders = new FolderBook(options.clock)
    this.proofs = new Proofs(options.clock)
  }

  /** What the book has of an item. */
  entry(name: string): BookEntry | undefined {
    return this.#options.book.get(this.#options.owner, name)
  }

  /** When an item was last seen; -Infinity is never. */
  seenMs(name: string): number {
    return this.entry(name)?.seenMs ?? -Infinity
  }

  isUnlisted(name: string): boolean {
    return this.#unlisted.has(name)
  }

  /** A list that began then showed this. */
  listed({ name, facts }: ListedItem, startedMs: number): void {
    this.#unlisted.delete(absolute(name))
    this.#learn(name, facts, startedMs)
  }

  /** A description that began then said this; gives what is believed of the item. */
  described(name: string, facts: ItemFacts, startedMs: number): ItemFacts {
    const path = absolute(name)
    this.proofs.found(path, startedMs)
    this.#suspect(path, facts, startedMs)
    return this.#learn(name, facts, startedMs).facts
  }

  /** A description that began then failed. What comes late proves nothing of an item that was seen since. */
  undescribed(name: string, error: unknown, startedMs: number): void {
    if (this.seenMs(name) <= startedMs) this.proofs.failed(absolute(name), error, startedMs)
  }

  /** What is known of an item that was seen since then; nothing once it is known to be gone. */
  since(name: string, sinceMs: number): ItemFacts | undefined {
    const entry = this.entry(name)
    if (entry === undefined || entry.seenMs < sinceMs || this.#isHidden(absolute(name), entry))
      return undefined
    return entry.facts
  }

  /** Whether an item was looked at since then: one that a whole list did not show was, too. */
  isSeen(name: string, sinceMs: number): boolean {
    if (this.seenMs(name) >= sinceMs) return true
    return !this.#unlisted.has(name) && this.folders.listedMs(name) >= sinceMs
  }

  /** Since it was seen it was proven to be gone, or a whole list began that does not show it. */
  #isHidden(path: string, { seenMs }: BookEntry): boolean {
    if (this.proofs.provenMs(path) > seenMs) return true
    return !this.#unlisted.has(path) && this.folders.listedMs(path) > seenMs
  }

  /** A whole list may all the same not show an item that was there before it. */
  #suspect(path: string, { modifiedMs }: ItemFacts, startedMs: number): void {
    const { clock } = this.#options
    const listedMs = this.folders.listedMs(path)
    if (modifiedMs < 0 || startedMs < listedMs || this.seenMs(path) >= listedMs) return
    const listedAtMs = clock.now() - (clock.monotonic() - listedMs)
    if (modifiedMs >= listedAtMs - 60_000 || this.#unlisted.size >= mostUnlisted) return
    this.#unlisted.add(path)
  }

  #learn(name: string, facts: ItemFacts, startedMs: number): BookEntry {
    const { book, owner, clock } = this.#options
    return book.learn(owner, name, facts, { startedMs, endedMs: clock.monotonic() })
  }
}
