import type { Clock } from '../std/clock.ts'
import { Failure } from '../std/failure.ts'
import { describeItem } from './describe-item.ts'
import { absolute } from './item-book.ts'
import { factsOf, type ItemFacts } from './item-facts.ts'
import { JointWorks } from './joint-work.ts'
import { isOutage } from './outages.ts'
import type { Session } from './session.ts'
import type { Sights } from './sights.ts'

/** What was described, with the failures of those that could not be. */
export type Described = ReadonlyMap<string, Failure | undefined>

const atATime = 16

/** Describes items one by one, each once for all who ask in the same moment. */
export class Describer {
  readonly #clock: Clock
  readonly #sights: Sights
  readonly #works = new JointWorks<ItemFacts>()

  constructor(clock: Clock, sights: Sights) {
    this.#clock = clock
    this.#sights = sights
  }

  /** Proves that an item is there, missing or denied; throws the Failure that says why not. */
  async describe(name: string, session: Session, signal: AbortSignal, anew: boolean): Promise<ItemFacts> {
    const path = absolute(name)
    const start = (shared: AbortSignal) => this.#describe(name, session.under(shared))
    return anew ? this.#works.joinNext(path, start, signal) : this.#works.join(path, start, { signal })
  }

  /** The same for what a list did not show: where too many are described in vain, what was proven before stands. */
  prove(name: string, session: Session, signal: AbortSignal): Promise<ItemFacts> {
    return this.#sights.proofs.ask(absolute(name), () => this.#proven(name, session, signal))
  }

  /** Describes a few at a time, and none any more once the Gateway has had enough. */
  async describeAll(names: readonly string[], session: Session): Promise<Described> {
    const described = new Map<string, Failure | undefined>()
    const queue = names.values()
    let outage: Failure | undefined
    const worker = async () => {
      for (const name of queue) {
        const failed: Failure | undefined = outage ?? (await this.#tryDescribe(name, session))
        described.set(name, failed)
        if (failed !== undefined && isOutage(failed)) outage = failed
      }
    }
    await Promise.all(Array.from({ length: Math.min(atATime, names.length) }, worker))
    return described
  }

  /** A description under way may have begun before the list that does not show its item. */
  async #proven(name: string, session: Session, signal: AbortSignal): Promise<ItemFacts> {
    await this.describe(name, session, signal, false)
    return this.#sights.since(name, -Infinity) ?? this.describe(name, session, signal, true)
  }

  async #tryDescribe(name: string, session: Session): Promise<Failure | undefined> {
    const { folders, proofs } = this.#sights
    const describe = () => this.describe(name, session, session.signal, true)
    try {
      await (folders.isBlocked(name) ? proofs.ask(name, describe) : describe())
      return undefined
    } catch (error) {
      if (error instanceof Failure) return error
      throw error
    }
  }

  async #describe(name: string, session: Session): Promise<ItemFacts> {
    const startedMs = this.#clock.monotonic()
    this.#sights.folders.spend(absolute(name), 1)
    try {
      const item = await describeItem(name, session)
      return this.#sights.described(name, factsOf(item), startedMs)
    } catch (error) {
      this.#sights.undescribed(name, error, startedMs)
      throw error
    }
  }
}
