import type { Failure } from '../std/failure.ts'
import { type Cover, coverOf } from './cover.ts'
import { type Described, Describer } from './describer.ts'
import { FolderLists } from './folder-lists.ts'
import { Gathering } from './gathering.ts'
import { absolute, type BookEntry } from './item-book.ts'
import type { ItemFacts } from './item-facts.ts'
import type { ListedItem } from './list-items.ts'
import type { Session } from './session.ts'
import { Sights, type SightsOptions } from './sights.ts'

/** What a look at an item told: what it is, why that cannot be told, or (undefined) that no list shows it. */
export type Sighting = ItemFacts | Failure | undefined

interface SightOptions {
  readonly session: Session
  readonly signal: AbortSignal
  /** What was seen since then is good enough; monotonic. */
  readonly sinceMs: number
}

/** Who asks in the same moment is served by one plan. */
const windowMs = 5
const mostInRound = 50_000
/** Each time one list more has proved useless. */
const mostPlans = 6

/** Looks at the items of one identity without reading them, by as few calls as it can. */
export class Scout {
  readonly #sights: Sights
  readonly #lists: FolderLists
  readonly #describer: Describer
  readonly #rounds: Gathering<Described>
  /** Names in the round that gathers are looked at as anew as its strictest asker wants. */
  #roundSinceMs = -Infinity

  constructor(options: SightsOptions) {
    const { clock } = options
    this.#sights = new Sights(options)
    this.#lists = new FolderLists(clock, this.#sights)
    this.#describer = new Describer(clock, this.#sights)
    this.#rounds = new Gathering({
      clock,
      windowMs,
      most: mostInRound,
      run: (names, session) => this.#look(names, session),
    })
  }

  /** What is known of an item, whenever that was seen; nothing once it is known to be gone. */
  known(name: string): ItemFacts | undefined {
    return this.#sights.since(name, -Infinity)
  }

  /** When the version that is known of an item was first told of, and whether there was another one before. */
  news(name: string): Pick<BookEntry, 'toldMs' | 'hasChanged'> | undefined {
    return this.#sights.entry(name)
  }

  /** What a list showed that somebody else asked for. */
  learn(item: ListedItem, startedMs: number): void {
    this.#sights.listed(item, startedMs)
  }

  /** Whether lists are asked for in their long view, as the short one leaves out what is needed. */
  get isLong(): boolean {
    return this.#lists.isLong
  }

  /** Asks for the long view from now on. */
  lengthen(): void {
    this.#lists.lengthen()
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
    return names.map((it) => described?.get(it) ?? this.#sights.since(it, sinceMs))
  }

  /** Describes an item, which proves that it is there, missing or denied; throws the Failure that says why not. */
  describe(name: string, session: Session, signal: AbortSignal, anew: boolean): Promise<ItemFacts> {
    return this.#describer.describe(name, session, signal, anew)
  }

  /** The same for what a list did not show: where too many are described in vain, what was proven before stands. */
  prove(name: string, session: Session, signal: AbortSignal): Promise<ItemFacts> {
    return this.#describer.prove(name, session, signal)
  }

  /** What was described, with the failures of those that could not be. */
  async #look(names: readonly string[], session: Session): Promise<Described> {
    const described = new Map<string, Failure | undefined>()
    const sinceMs = this.#roundSinceMs
    this.#roundSinceMs = -Infinity
    const isOpen = (it: string) => !described.has(it) && !this.#sights.isSeen(it, sinceMs)
    for (let plans = 0; plans < mostPlans; plans++) {
      const open = names.filter(isOpen)
      if (open.length === 0) break
      if (plans === 0 && (await this.#lists.join(open, sinceMs, session))) continue
      const cover = this.#cover(open, plans === mostPlans - 1)
      for (const [name, failed] of await this.#run(cover, open, session)) described.set(name, failed)
    }
    return described
  }

  /** What no list shows is described, and in the end everything. */
  #cover(names: readonly string[], isLast: boolean): Cover {
    if (isLast) return { lists: [], describes: [...names] }
    const apart = names.filter((it) => this.#sights.isUnlisted(it))
    const listed = names.filter((it) => !this.#sights.isUnlisted(it))
    const { lists, describes } = coverOf(listed, this.#sights.folders)
    return { lists, describes: [...describes, ...apart] }
  }

  async #run({ lists, describes }: Cover, names: readonly string[], session: Session): Promise<Described> {
    const listings = lists.map(({ folder, mostPages }) =>
      this.#lists.listAnew(folder, names, session, mostPages),
    )
    const [described] = await Promise.all([this.#describer.describeAll(describes, session), ...listings])
    return described
  }

  #isServed(name: string, sinceMs: number): boolean {
    const isSeen = this.#sights.isSeen(name, sinceMs)
    if (isSeen) this.#sights.folders.serve(name)
    return isSeen
  }
}
