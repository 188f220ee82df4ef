/** The times of a reflector, in milliseconds. Tests shorten them; the product uses the defaults. */
export interface ReflectorTiming {
  /**
   * A watch on which nothing came for so long may be dead, and is replaced. Bookmarks come every 60 s, but only where
   * something happened since the last one: a healthy watch of what never changes is replaced too, without harm.
   */
  readonly inactivityMs: number
  /** From a watch request to the head of its answer; with `inactivityMs`, a black hole is known within 90 s. */
  readonly headTimeoutMs: number
  /** Of one page of a list. */
  readonly listTimeoutMs: number
  /** The server is asked to end a watch after this time up to twice as long, at random. */
  readonly watchMs: number
  /**
   * A watch that ended well before this time is opened again only after the first delay of the back-off. One that broke
   * after it starts the back-off again.
   */
  readonly shortWatchMs: number
  readonly backoffInitialMs: number
  readonly backoffMaxMs: number
  /** The back-off starts again when there was no failure for so long. */
  readonly healthyMs: number
  /** Between two searches for lost events, +-10 %. */
  readonly safetyMs: number
  /** How long the watch may take to reach the moment of the safety list. */
  readonly safetyPatienceMs: number
  /** The event loop gets its turn when events were handled for so long without a pause. */
  readonly sliceMs: number
  /** Objects per page of a list. */
  readonly pageSize: number
}

export const defaultTiming: ReflectorTiming = {
  inactivityMs: 70_000,
  headTimeoutMs: 15_000,
  listTimeoutMs: 60_000,
  watchMs: 300_000,
  shortWatchMs: 5_000,
  backoffInitialMs: 800,
  backoffMaxMs: 30_000,
  healthyMs: 120_000,
  safetyMs: 3_600_000,
  safetyPatienceMs: 300_000,
  sliceMs: 10,
  pageSize: 500,
}
