import type { Clock } from '../std/clock.ts'
import { Failure } from '../std/failure.ts'
import { type Cover, coverOf } from './cover.ts'
import { describeItem } from './describe-item.ts'
import { FolderBook } from './folder-book.ts'
import { Gathering } from './gathering.ts'
import { absolute, type BookEntry, type ItemBook } from './item-book.ts'
import { areWhole, factsOf, type ItemFacts } from './item-facts.ts'
import { JointWorks } from './joint-work.ts'
import { type ListedItem, pagesOf } from './list-items.ts'
import { isOutage } from './outages.ts'
import { Proofs } from './proofs.ts'
import type { Session } from './session.ts'

/** What a look at an item told: what it is, why that cannot be told, or (undefined) that no list shows it. */
export type Sighting = ItemFacts | Failure | undefined

export interface ScoutOptions {
  readonly clock: Clock
  readonly book: ItemBook
  /** Whose the names are, in the book. */
  readonly owner: number
}

type Described = ReadonlyMap<string, Failure | undefined>

interface SightOptions {
  readonly session: Session
  readonly signal: AbortSignal
  /** What was seen since then is good enough; monotonic. */
  readonly sinceMs: number
}

/** Who asks in the same moment is served by one plan. */
const windowMs = 5
const mostInRound = 50_000
const describesAtATime = 16
/** Each time one list more has proved useless. */
const mostPlans = 6
const mostUnlisted = 10_000

/** Looks at the items of one identity without reading them, by as few calls as it can. */
export class Scout {
  readonly #options: ScoutOptions
  readonly #folders: FolderBook
  readonly #lists = new JointWorks<void>()
  readonly #listStarts = new Map<string, number>()
  readonly #describes = new JointWorks<ItemFacts>()
  readonly #proofs: Proofs
  readonly #rounds: Gathering<Described>
  /** Items that lists do not show although they are there. */
  readonly #unlisted = new Set<string>()
  /** Names in the round that gathers are looked at as anew as its strictest asker wants. */
  #roundSinceMs = -Infinity
  /** The short view of lists leaves out what is needed. */
  #isLong = false

  constructor(options: ScoutOptions) {
    this.#options = options
    this.#folders = new FolderBook(options.clock)
    this.#proofs = new Proofs(options.clock)
    this.#rounds = new Gathering({
      clock: options.clock,
      windowMs,
      most: mostInRound,
      run: (names, session) => this.#look(names, session),
    })
  }

  /** What is known of an item, whenever that was seen; nothing once it is known to be gone. */
  known(name: string): ItemFacts | undefined {
    const entry = this.#entry(name)
    return entry === undefined || this.#isHidden(absolute(name), entry) ? undefined : entry.facts
  }

  /** When the version that is known of an item was first told of, and whether there was another one before. */
  news(name: string): Pick<BookEntry, 'toldMs' | 'hasChanged'> | undefined {
    return this.#entry(name)
  }

  /** What a list showed. */
  learn({ name, facts }: ListedItem, startedMs: number): void {
    this.#unlisted.delete(absolute(name))
    this.#learn(name, facts, startedMs)
  }

  get isLong(): boolean {
    return this.#isLong
  }

  /** Asks for the long view from now on. */
  lengthen(): void {
    this.#isLong = true
  }

  /**
   * Looks at items; one sighting per name, in their order. Throws Throttled, GatewayUnreachable and the like when
   * nothing could be asked.
   */
  async sight(
    given: readonly string[],
    { session, signal, sinceMs }: SightOptions,
  ): Promise<readonly Sighting[]> {
    const names = given.map(absolute)
    const unseen = names.filter((it) => !this.#isServed(it, sinceMs))
    if (unseen.length > 0) this.#roundSinceMs = Math.max(this.#roundSinceMs, sinceMs)
    const described = unseen.length === 0 ? undefined : await this.#rounds.ask(unseen, session, signal)
    return names.map((it) => described?.get(it) ?? this.#sighted(it, sinceMs))
  }

  /** Describes an item, which proves that it is there, missing or denied; throws the Failure that says why not. */
  async describe(name: string, session: Session, signal: AbortSignal, anew: boolean): Promise<ItemFacts> {
    const path = absolute(name)
    const start = (shared: AbortSignal) => this.#describe(name, session.under(shared))
    return anew
      ? this.#describes.joinNext(path, start, signal)
      : this.#describes.join(path, start, { signal })
  }

  /** The same for what a list did not show: where too many are described in vain, what was proven before stands. */
  prove(name: string, session: Session, signal: AbortSignal): Promise<ItemFacts> {
    return this.#proofs.ask(absolute(name), () => this.#proven(name, session, signal))
  }

  /** A description under way may have begun before the list that does not show its item. */
  async #proven(name: string, session: Session, signal: AbortSignal): Promise<ItemFacts> {
    await this.describe(name, session, signal, false)
    return this.known(name) ?? this.describe(name, session, signal, true)
  }

  /** What was described, with the failures of those that could not be. */
  async #look(names: readonly string[], session: Session): Promise<Described> {
    const described = new Map<string, Failure | undefined>()
    const sinceMs = this.#roundSinceMs
    this.#roundSinceMs = -Infinity
    const isOpen = (it: string) => !described.has(it) && !this.#isSeen(it, sinceMs)
    for (let plans = 0; plans < mostPlans; plans++) {
      const open = names.filter(isOpen)
      if (open.length === 0) break
      if (plans === 0 && (await this.#joinLists(open, sinceMs, session))) continue
      await this.#run(this.#cover(open, plans === mostPlans - 1), open, session, described)
    }
    return described
  }

  /** What no list shows is described, and in the end everything. */
  #cover(names: readonly string[], isLast: boolean): Cover {
    const apart = isLast ? names : names.filter((it) => this.#unlisted.has(it))
    const { lists, describes } = isLast
      ? { lists: [], describes: [] }
      : coverOf(
          names.filter((it) => !this.#unlisted.has(it)),
          this.#folders,
        )
    return { lists, describes: [...describes, ...apart] }
  }

  /** Waits for lists under way that are young enough; false when there is none. */
  async #joinLists(names: readonly string[], sinceMs: number, session: Session): Promise<boolean> {
    const young = [...this.#listStarts].filter(([, startedMs]) => startedMs >= sinceMs)
    const useful = young.filter(([folder]) => names.some((it) => it.startsWith(folder)))
    await Promise.all(useful.map(([folder]) => this.#list(folder, names, session, Infinity)))
    return useful.length > 0
  }

  async #run(
    { lists, describes }: Cover,
    names: readonly string[],
    session: Session,
    described: Map<string, Failure | undefined>,
  ): Promise<void> {
    await Promise.all([
      ...lists.map(({ folder, mostPages }) => this.#listAnew(folder, names, session, mostPages)),
      this.#describeAll(describes, session, described),
    ])
  }

  /** One list of a folder at a time: one that began too early is waited for. */
  async #listAnew(
    folder: string,
    names: readonly string[],
    session: Session,
    mostPages: number,
  ): Promise<void> {
    if (this.#listStarts.has(folder)) await this.#list(folder, [], session, Infinity)
    await this.#list(folder, names, session, mostPages)
  }

  #list(folder: string, names: readonly string[], session: Session, mostPages: number): Promise<void> {
    const start = (signal: AbortSignal) => this.#listPages(folder, names, session.under(signal), mostPages)
    return this.#lists.join(folder, start, { signal: session.signal })
  }

  async #listPages(
    folder: string,
    names: readonly string[],
    session: Session,
    mostPages: number,
  ): Promise<void> {
    const startedMs = this.#options.clock.monotonic()
    this.#listStarts.set(folder, startedMs)
    try {
      const pages = await this.#readPages(folder, session, startedMs, mostPages)
      if (pages === undefined) return this.#folders.tooLong(folder, mostPages)
      const served = names.filter((it) => (this.#entry(it)?.seenMs ?? -Infinity) >= startedMs).length
      this.#folders.listed(folder, pages, startedMs, served)
    } catch (error) {
      if (!(error instanceof Failure) || isOutage(error)) throw error
      this.#folders.block(folder)
    } finally {
      this.#listStarts.delete(folder)
    }
  }

  /** How many pages there were; undefined when there are more than may be. */
  async #readPages(
    folder: string,
    session: Session,
    startedMs: number,
    mostPages: number,
  ): Promise<number | undefined> {
    let pages = 0
    const isLong = this.#isLong
    for await (const items of pagesOf({ path: folder, isLong }, session)) {
      pages += 1
      for (const it of items) this.learn(it, startedMs)
      if (!isLong && items.some((it) => !areWhole(it.facts))) {
        this.#isLong = true
        return this.#readPages(folder, session, startedMs, mostPages)
      }
      if (pages > mostPages) return undefined
    }
    return pages
  }

  /** A few at a time, and none any more once the Gateway has had enough. */
  async #describeAll(
    names: readonly string[],
    session: Session,
    described: Map<string, Failure | undefined>,
  ): Promise<void> {
    const queue = names.values()
    let outage: Failure | undefined
    const worker = async () => {
      for (const name of queue) {
        const failed: Failure | undefined = outage ?? (await this.#tryDescribe(name, session))
        described.set(name, failed)
        if (failed !== undefined && isOutage(failed)) outage = failed
      }
    }
    await Promise.all(Array.from({ length: Math.min(describesAtATime, names.length) }, worker))
  }

  async #tryDescribe(name: string, session: Session): Promise<Failure | undefined> {
    const describe = () => this.describe(name, session, session.signal, true)
    try {
      await (this.#folders.isBlocked(name) ? this.#proofs.ask(name, describe) : describe())
      return undefined
    } catch (error) {
      if (error instanceof Failure) return error
      throw error
    }
  }

  async #describe(name: string, session: Session): Promise<ItemFacts> {
    const startedMs = this.#options.clock.monotonic()
    this.#folders.spend(absolute(name), 1)
    const facts = factsOf(await this.#described(name, session, startedMs))
    this.#suspect(absolute(name), facts, startedMs)
    return this.#learn(name, facts, startedMs).facts
  }

  async #described(name: string, session: Session, startedMs: number): ReturnType<typeof describeItem> {
    try {
      const item = await describeItem(name, session)
      this.#proofs.found(absolute(name), startedMs)
      return item
    } catch (error) {
      const { seenMs = -Infinity } = this.#entry(name) ?? {}
      // What comes late proves nothing of an item that was seen since.
      if (seenMs <= startedMs) this.#proofs.failed(absolute(name), error, startedMs)
      throw error
    }
  }

  /** A whole list may all the same not show an item that was there before it. */
  #suspect(name: string, { modifiedMs }: ItemFacts, startedMs: number): void {
    const { clock } = this.#options
    const listedMs = this.#folders.listedMs(name)
    if (modifiedMs < 0 || startedMs < listedMs || (this.#entry(name)?.seenMs ?? -Infinity) >= listedMs) return
    const listedAtMs = clock.now() - (clock.monotonic() - listedMs)
    if (modifiedMs >= listedAtMs - 60_000 || this.#unlisted.size >= mostUnlisted) return
    this.#unlisted.add(name)
  }

  #learn(name: string, facts: ItemFacts, startedMs: number): BookEntry {
    const { book, owner, clock } = this.#options
    return book.learn(owner, name, facts, { startedMs, endedMs: clock.monotonic() })
  }

  #entry(name: string): BookEntry | undefined {
    return this.#options.book.get(this.#options.owner, name)
  }

  #isServed(name: string, sinceMs: number): boolean {
    const isSeen = this.#isSeen(name, sinceMs)
    if (isSeen) this.#folders.serve(name)
    return isSeen
  }

  /** An item that a whole list did not show was looked at too. */
  #isSeen(name: string, sinceMs: number): boolean {
    const seenMs = this.#entry(name)?.seenMs ?? -Infinity
    return seenMs >= sinceMs || (!this.#unlisted.has(name) && this.#folders.listedMs(name) >= sinceMs)
  }

  #sighted(name: string, sinceMs: number): Sighting {
    const entry = this.#entry(name)
    if (entry === undefined || entry.seenMs < sinceMs || this.#isHidden(name, entry)) return undefined
    return entry.facts
  }

  /** Since it was seen it was proven to be gone, or a whole list began that does not show it. */
  #isHidden(name: string, { seenMs }: BookEntry): boolean {
    if (this.#proofs.provenMs(name) > seenMs) return true
    return !this.#unlisted.has(name) && this.#folders.listedMs(name) > seenMs
  }
}
