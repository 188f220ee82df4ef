import type { Clock } from '../std/clock.ts'

export interface TidyOptions {
  readonly clock: Clock
  /** Milliseconds of processor time that the process has taken since it began. */
  readonly activeMs?: () => number
  /** Collects what is free, and gives it back to the system. */
  readonly collect?: () => void
}

const lookEveryMs = 2000
/** Less than this between two looks is quiet: a twentieth of the time. */
const quietMs = lookEveryMs / 20
/** After so much work there is something to be gained. */
const worthMs = 250
const leastApartMs = 5 * 60_000

/**
 * Gives memory back when a burst of work is over: a start, a first sync. V8 by itself does so when more is allocated,
 * and that may be hours later. It takes some 10 ms for each 10 MB, at most once in five minutes; the returned function
 * ends it. Does nothing where Node was started without --expose-gc.
 */
export function tidyWhenQuiet({
  clock,
  activeMs = processorMs,
  collect = collectAll,
}: TidyOptions): () => void {
  let tidiedAtMs = Number.NEGATIVE_INFINITY
  let atTidy = 0
  let atLook = activeMs()
  const look = () => {
    const active = activeMs()
    const isQuiet = active - atLook < quietMs
    const isWorthIt = active - atTidy >= worthMs
    if (isQuiet && isWorthIt && clock.monotonic() - tidiedAtMs >= leastApartMs) {
      collect()
      tidiedAtMs = clock.monotonic()
      atTidy = activeMs()
    }
    atLook = activeMs()
    cancel = clock.after(lookEveryMs, look)
  }
  let cancel = clock.after(lookEveryMs, look)
  return () => cancel()
}

function processorMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Of the kinds of collection this is the one that also makes the young generation small again. */
function collectAll(): void {
  globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}
