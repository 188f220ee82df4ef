/** Time as a parameter: everything that waits or stamps takes one of these. */
export interface Clock {
  /** Wall-clock time in milliseconds since the epoch. It may jump; use it only for what is shown or stored. */
  now(): number
  /** Milliseconds that only go forward; for deadlines, intervals and back-offs. */
  monotonic(): number
  /** Calls back once after `ms` milliseconds; the returned function takes the call back. */
  after(ms: number, callback: () => void): () => void
}

/** Longest delay that `setTimeout` takes; beyond it Node would fire at once. */
const longestTimerMs = 2 ** 31 - 1

/** The clock of the machine. Its timers keep the process alive: whoever sets one must cancel it on stop. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(ms, 0), longestTimerMs))
    return () => clearTimeout(timer)
  },
}

/** Resolves after `ms` milliseconds; rejects with the signal's reason as soon as it is aborted. */
export function sleep(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const onAbort = () => {
      cancel()
      reject(signal.reason)
    }
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    })
    signal.addEventListener('abort', onAbort, { once: true })
  })
}
