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
export async function withDeadline<T>(
  deadline: Deadline,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { signal, timeoutMs, clock, timedOut } = deadline
  signal.throwIfAborted()
  if (timeoutMs === undefined) return untilAborted(work(signal), signal)
  const controller = new AbortController()
  const forward = () => controller.abort(signal.reason)
  signal.addEventListener('abort', forward, { once: true })
  const cancel = clock.after(timeoutMs, () => controller.abort(timedOut()))
  try {
    return await untilAborted(work(controller.signal), controller.signal)
  } finally {
    cancel()
    signal.removeEventListener('abort', forward)
  }
}

/** The promise's outcome, or the signal's reason when that comes first; a later outcome is dropped. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    const settled = () => signal.removeEventListener('abort', onAbort)
    promise.then(resolve, reject).then(settled, settled)
  })
}
