import { Failure } from '../std/failure.ts'
import type { OpenedStore } from '../store/open.ts'
import type { ItemOutcome, ItemRequest, Provider } from '../store/provider.ts'
import type { SpecStores } from './spec-stores.ts'

/** An item that does not exist: the provider said so twice, the second time past all caches. */
export class ProvenMissing extends Failure {}

/** What one store was asked for in one sync. */
export interface Asked {
  readonly store: OpenedStore
  readonly items: ReadonlySet<string>
  readonly missing: ReadonlySet<string>
}

interface Ledger {
  readonly watched: OpenedStore
  readonly items: Set<string>
  readonly missing: Set<string>
}

/**
 * Watches the reads of one sync whose missing items are to take their keys, or the Secret, with them. Only what is
 * proven counts: a login that works, and two answers that say so (design section 3, difference 4).
 */
export class Absences {
  readonly #ledgers = new Map<OpenedStore, Ledger>()
  #hasFound = false

  /** The same stores, watched. */
  over(stores: Pick<SpecStores, 'of'>): Pick<SpecStores, 'of'> {
    return { of: (source) => this.#ledgerOf(stores.of(source)).watched }
  }

  /** What was asked of each store. */
  get asked(): readonly Asked[] {
    return [...this.#ledgers].map(([store, { items, missing }]) => ({ store, items, missing }))
  }

  /** The names of all items that are missing. */
  get missing(): readonly string[] {
    return this.asked.flatMap(({ missing }) => [...missing])
  }

  /** How many items are missing. */
  get count(): number {
    return this.missing.length
  }

  /** True when single items were asked for, no other way, and none of them exists. An empty `find` proves nothing. */
  get isEverythingMissing(): boolean {
    const isAll = this.asked.every(({ items, missing }) => items.size === missing.size)
    return isAll && this.count > 0 && !this.#hasFound
  }

  #ledgerOf(store: OpenedStore): Ledger {
    const known = this.#ledgers.get(store)
    if (known !== undefined) return known
    const items = new Set<string>()
    const missing = new Set<string>()
    const ledger = {
      items,
      missing,
      watched: { ...store, provider: this.#watch(store.provider, items, missing) },
    }
    this.#ledgers.set(store, ledger)
    return ledger
  }

  #watch(provider: Provider, items: Set<string>, missing: Set<string>): Provider {
    return {
      ...provider,
      check: (options) => provider.check(options),
      find: (request, options) => {
        this.#hasFound = true
        return provider.find(request, options)
      },
      read: async (requests, options) => {
        const outcomes = await provider.read(requests, options)
        const settled = await settle(provider, requests, outcomes, options)
        for (const [index, { key }] of requests.entries()) {
          items.add(key)
          const outcome = settled[index]
          if (outcome?.ok === false && outcome.failure instanceof ProvenMissing) missing.add(key)
        }
        return settled
      },
    }
  }
}

type ReadOptions = Parameters<Provider['read']>[1]

/** Asks again for what seems to be missing: an item that is there after all keeps what the second answer says. */
async function settle(
  provider: Provider,
  requests: readonly ItemRequest[],
  outcomes: readonly ItemOutcome[],
  options: ReadOptions,
): Promise<readonly ItemOutcome[]> {
  const suspects = requests.filter((_, index) => isMissing(outcomes[index]))
  if (suspects.length === 0) return outcomes
  // Whoever cannot log in any more is told that nothing exists: a credential that is gone is no missing item.
  await provider.check(options)
  const second = await provider.read(
    suspects.map(({ key, part }) => ({ key, ...(part && { part }), fresh: true })),
    options,
  )
  const answers = new Map(suspects.map((it, index) => [it, second[index]]))
  return outcomes.map((outcome, index) => settledOf(requests[index], outcome, answers))
}

function settledOf(
  request: ItemRequest | undefined,
  first: ItemOutcome,
  answers: ReadonlyMap<ItemRequest, ItemOutcome | undefined>,
): ItemOutcome {
  const second = request === undefined ? undefined : answers.get(request)
  if (request === undefined || second === undefined || first.ok) return first
  if (isMissing(second)) return { ok: false, failure: provenMissing(first.failure) }
  // The second question was for the item as it is now: a version that is missing is no missing item.
  return second.ok && request.version !== undefined ? first : second
}

function isMissing(outcome: ItemOutcome | undefined): boolean {
  return outcome?.ok === false && outcome.failure instanceof Failure && outcome.failure.reason === 'NotFound'
}

function provenMissing(failure: Error): ProvenMissing {
  return new ProvenMissing('NotFound', failure.message, { userMustAct: true, cause: failure })
}
