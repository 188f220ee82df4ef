import type { Clock } from '../std/clock.ts'
import { Failure } from '../std/failure.ts'
import { Recent } from '../std/recent.ts'
import type { ItemFacts } from './item-facts.ts'

/** So many descriptions in vain may come at once, and as many more in five minutes. */
const mostInVain = 20
const regainMs = 15_000
const mostNames = 10_000

interface Proof {
  readonly failure: Failure
  /** When the description began; monotonic. */
  readonly startedMs: number
}

/**
 * Why items of one identity could not be described: missing or denied, which no list tells apart, so that each is proven
 * by a description of its own. But a thousand objects may ask for such items again and again: beyond a few descriptions
 * in vain it is left to lists to show that an item is there after all, and what was proven before stands.
 */
export class Proofs {
  readonly #clock: Clock
  readonly #known = new Recent<string, Proof>(mostNames)
  #inVain = 0
  #countedMs: number
  #underWay = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#countedMs = clock.monotonic()
  }

  /** Describes an item; throws what was proven of it before where one more time would be too many. */
  async ask(name: string, describe: () => Promise<ItemFacts>): Promise<ItemFacts> {
    const proof = this.#known.get(name)
    if (proof !== undefined && this.#isTooMuch()) throw proof.failure
    this.#underWay += 1
    try {
      return await describe()
    } finally {
      this.#underWay -= 1
    }
  }

  /** A description that began then (monotonic) found its item; what was proven by a later one stands. */
  found(name: string, startedMs: number): void {
    if (this.provenMs(name) <= startedMs) this.#known.delete(name)
  }

  /** A description failed; what is not the matter of its item counts for nothing. */
  failed(name: string, error: unknown, startedMs: number): void {
    if (!(error instanceof Failure) || !['NotFound', 'AccessDenied'].includes(error.reason)) return
    this.#known.set(name, { failure: error, startedMs })
    this.#inVain = Math.min(this.#inVain + 1, mostInVain)
  }

  /** When it was last proven that there is no such item for this identity; monotonic. */
  provenMs(name: string): number {
    return this.#known.get(name)?.startedMs ?? -Infinity
  }

  #isTooMuch(): boolean {
    const regained = Math.floor((this.#clock.monotonic() - this.#countedMs) / regainMs)
    this.#countedMs += regained * regainMs
    this.#inVain = Math.max(0, this.#inVain - regained)
    return this.#inVain + this.#underWay >= mostInVain
  }
}
