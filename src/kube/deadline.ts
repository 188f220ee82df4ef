import type { Clock } from '../std/clock.ts'

export interface Deadline {
  readonly signal: AbortSignal
  /** Absent: `signal` alone ends the work. */
  readonly timeoutMs?: number | undefined
  readonly clock: Clock
  /** What the work ends with when time is up. */
  readonly timedOut: () => Error
}

/**
 * Runs `work` with a signal that is aborted with the caller's, or when time is up. Settles at that moment even when
 * `work` does not: undici leaves an aborted request in its queue until a connection is free. Throws the reason of
 * the caller's signal, or what `timedOut` gives.
 */
export function withDeadline<T>(deadline: Deadline, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { signal, timeoutMs, clock, timedOut } = deadline
  // By hand, for this is done for every request: promises and listeners in layers would cost twice as much.
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const controller = new AbortController()
    const working = work(controller.signal)
    const end = (reason: unknown) => {
      letGo()
      controller.abort(reason)
      reject(reason)
    }
    const onAbort = () => end(signal.reason)
    const cancel = timeoutMs === undefined ? undefined : clock.after(timeoutMs, () => end(timedOut()))
    signal.addEventListener('abort', onAbort, { once: true })
    const letGo = () => {
      cancel?.()
      signal.removeEventListener('abort', onAbort)
    }
    working.then(letGo, letGo)
    working.then(resolve, reject)
    if (signal.aborted) onAbort()
  })
}
