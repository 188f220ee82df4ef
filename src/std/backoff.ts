/** A delay and the back-off that follows it. An immutable value: starting again is keeping the first one. */
export interface Backoff {
  readonly delayMs: number
  next(): Backoff
}

/** How an exponential back-off grows; `jitter` 0.2 spreads each delay over 0.8 to 1.2 of its length. */
export interface BackoffOptions {
  readonly initialMs: number
  readonly maxMs: number
  readonly factor?: number
  readonly jitter?: number
  /** A number in [0, 1); only asked for when there is jitter. */
  readonly random?: () => number
}

/** An exponential back-off, never above `maxMs`. */
export function exponential(options: BackoffOptions): Backoff {
  const { initialMs, maxMs, factor = 2, jitter = 0, random = Math.random } = options
  const spread = jitter === 0 ? 1 : 1 - jitter + 2 * jitter * random()
  return {
    delayMs: Math.min(maxMs, initialMs * spread),
    next: () => exponential({ ...options, initialMs: Math.min(maxMs, initialMs * factor) }),
  }
}
