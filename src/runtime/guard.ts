import type { Transport } from '../kube/transport.ts'

/** Says whether this process may still act. */
export interface Guard {
  /** Aborted when it may not any more. */
  readonly signal: AbortSignal
  /**
   * Throws NotLeadingError when it may not. Synchronous and from the clock, because the timer that aborts the signal
   * fires late in a process that was stopped and goes on.
   */
  check(): void
}

/** Leadership is over, or was never won. No request was sent. */
export class NotLeadingError extends Error {
  override readonly name = 'NotLeadingError'
}

/** The guard of a process that need not ask: no leader election. */
export function unguarded(): Guard {
  return { signal: new AbortController().signal, check: () => undefined }
}

/**
 * A transport that asks the guard before each single request, also before one that is sent again; and once more as it
 * goes out, since a process may be stopped for long while a connection is made.
 */
export function guardTransport(transport: Transport, guard: Guard): Transport {
  const mayGo = () => guard.check()
  return {
    async request(request) {
      guard.check()
      return transport.request({ ...request, mayGo })
    },
    async stream(request) {
      guard.check()
      return transport.stream(request)
    },
    close: () => transport.close(),
  }
}
