import type { Clock } from '../std/clock.ts'
import { Failure } from '../std/failure.ts'
import { areWhole } from './item-facts.ts'
import { JointWorks } from './joint-work.ts'
import { pagesOf } from './list-items.ts'
import { isOutage } from './outages.ts'
import type { Session } from './session.ts'
import type { Sights } from './sights.ts'

/** Lists the folders of one identity, one list of each at a time for all who wait for it. */
export class FolderLists {
  readonly #clock: Clock
  readonly #sights: Sights
  readonly #works = new JointWorks<void>()
  readonly #starts = new Map<string, number>()
  /** The short view leaves out what is needed. */
  #isLong = false

  constructor(clock: Clock, sights: Sights) {
    this.#clock = clock
    this.#sights = sights
  }

  get isLong(): boolean {
    return this.#isLong
  }

  /** Asks for the long view from now on. */
  lengthen(): void {
    this.#isLong = true
  }

  /** Waits for lists under way that began since then and may show one of these; false when there is none. */
  async join(names: readonly string[], sinceMs: number, session: Session): Promise<boolean> {
    const young = [...this.#starts].filter(([, startedMs]) => startedMs >= sinceMs)
    const useful = young.filter(([folder]) => names.some((it) => it.startsWith(folder)))
    await Promise.all(useful.map(([folder]) => this.#list(folder, names, session, Infinity)))
    return useful.length > 0
  }

  /** Lists a folder of at most so many pages, for the sake of these names; one that began too early is waited for. */
  async listAnew(
    folder: string,
    names: readonly string[],
    session: Session,
    mostPages: number,
  ): Promise<void> {
    if (this.#starts.has(folder)) await this.#list(folder, [], session, Infinity)
    await this.#list(folder, names, session, mostPages)
  }

  #list(folder: string, names: readonly string[], session: Session, mostPages: number): Promise<void> {
    const start = (signal: AbortSignal) => this.#listPages(folder, names, session.under(signal), mostPages)
    return this.#works.join(folder, start, { signal: session.signal })
  }

  async #listPages(
    folder: string,
    names: readonly string[],
    session: Session,
    mostPages: number,
  ): Promise<void> {
    const { folders } = this.#sights
    const startedMs = this.#clock.monotonic()
    this.#starts.set(folder, startedMs)
    try {
      const pages = await this.#readPages(folder, session, startedMs, mostPages)
      if (pages === undefined) return folders.tooLong(folder, mostPages)
      const served = names.filter((it) => this.#sights.seenMs(it) >= startedMs).length
      folders.listed(folder, pages, startedMs, served)
    } catch (error) {
      if (!(error instanceof Failure) || isOutage(error)) throw error
      folders.block(folder)
    } finally {
      this.#starts.delete(folder)
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
      for (const it of items) this.#sights.listed(it, startedMs)
      if (!isLong && items.some((it) => !areWhole(it.facts))) {
        this.#isLong = true
        return this.#readPages(folder, session, startedMs, mostPages)
      }
      if (pages > mostPages) return undefined
    }
    return pages
  }
}
