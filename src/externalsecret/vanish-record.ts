import { Recent } from '../std/recent.ts'
/** How many items of a store are gone of late, of how many. */
export interface Vanished {
  readonly count: number
  readonly of: number
}

/**
 * Remembers, over all ExternalSecrets whose keys go with their items, when items of a store were there and when they
 * vanished: a folder that nobody may see any more takes many with it at once, one ExternalSecret at a time.
 */
export interface VanishRecord {
  present(store: string, items: Iterable<string>, nowMs: number): void
  /** Notes that these are gone; one that was gone before keeps its time. Counts those gone within `windowMs`. */
  vanished(store: string, items: Iterable<string>, nowMs: number, windowMs: number): Vanished
}

/** A store and an item; what is not read for a day is no evidence of how many there are. */
const mostItems = 100_000
const forgetAfterMs = 24 * 3_600_000

interface Sight {
  readonly isThere: boolean
  readonly atMs: number
}

type Sights = Recent<string, Sight>

/** Bounded: of many stores, and of many items of one, those not seen for longest are forgotten first. */
export function createVanishRecord(): VanishRecord {
  const stores = new Recent<string, Sights>(1000)
  const sightsOf = (store: string) => {
    const known = stores.get(store)
    if (known !== undefined) return known
    const made: Sights = new Recent(mostItems)
    stores.set(store, made)
    return made
  }
  return {
    present(store, items, nowMs) {
      const sights = sightsOf(store)
      for (const item of items) sights.set(item, { isThere: true, atMs: nowMs })
    },
    vanished(store, items, nowMs, windowMs) {
      const sights = sightsOf(store)
      for (const item of items) {
        if (sights.get(item)?.isThere !== false) sights.set(item, { isThere: false, atMs: nowMs })
      }
      return countOf(sights, nowMs, windowMs)
    },
  }
}

function countOf(sights: Sights, nowMs: number, windowMs: number): Vanished {
  let there = 0
  let gone = 0
  for (const { isThere, atMs } of sights.values()) {
    if (isThere && nowMs - atMs < forgetAfterMs) there += 1
    if (!isThere && nowMs - atMs < windowMs) gone += 1
  }
  return { count: gone, of: there + gone }
}
