/** Ends a request of a test that takes too long, for a `signal`. */
export function inTime(): AbortSignal {
  return AbortSignal.timeout(30_000)
}
