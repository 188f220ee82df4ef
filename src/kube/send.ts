import { type Clock, systemClock } from '../std/clock.ts'
import type { RequestOptions } from './client.ts'
import { withDeadline } from './deadline.ts'
import { TransportError } from './errors.ts'
import { createInFlight } from './in-flight.ts'
import { type Repeat, type Settled, withRetry } from './retry.ts'
import type { HttpRequest, Transport } from './transport.ts'

export interface SendOptions {
  readonly clock?: Clock
  /** In [0, 1); for the jitter of retries. */
  readonly random?: () => number
  /**
   * How many requests may be under way at once. Clients that share a transport should stay below its connections
   * together, so that the one for the Lease never waits behind others.
   */
  readonly maxInFlight?: number
}

/** One request to make, with the words that messages use for it (`get Secret shop/db`). */
export interface Call {
  readonly asked: string
  readonly method: HttpRequest['method']
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: unknown
  readonly repeat: Repeat
}

/** Gives any answer, whatever its status. Throws TransportError or the signal's reason. */
export type Send = (call: Call, options: RequestOptions) => Promise<Settled>

/** The 50 connections of a transport less a few for the clients of Lease and Events. */
const defaultMaxInFlight = 42
const defaultTimeoutMs = 30_000

/** Sends calls over a transport: bounded in flight, retried, and ended by signal or time wherever they are. */
export function createSend(transport: Transport, options: SendOptions = {}): Send {
  const { clock = systemClock, random = Math.random, maxInFlight = defaultMaxInFlight } = options
  const inFlight = createInFlight(maxInFlight)

  return (call, { signal, timeoutMs = defaultTimeoutMs }) => {
    const deadlineMs = clock.monotonic() + timeoutMs
    const timedOut = () =>
      new TransportError(`Cannot ${call.asked}: no answer within ${timeoutMs} ms`, 'ETIMEDOUT')
    const request = requestOf(call)
    return withDeadline({ signal, timeoutMs, clock, timedOut }, (signal) =>
      // A place is held for each attempt only, not while waiting for the next one.
      withRetry({ repeat: call.repeat, clock, random, signal, deadlineMs }, () =>
        // The signal has the deadline already: a second one for each request would be half the cost of sending it.
        inFlight.run(signal, () => transport.request({ ...request, signal })),
      ),
    )
  }
}

function requestOf({ method, path, headers, body }: Call): Omit<HttpRequest, 'signal' | 'timeoutMs'> {
  const type = body === undefined ? {} : { 'content-type': 'application/json' }
  return {
    method,
    path,
    headers: { accept: 'application/json', ...type, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }
}
