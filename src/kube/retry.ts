import { exponential } from '../std/backoff.ts'
import { type Clock, sleep } from '../std/clock.ts'
import { retryAfterMsOf } from './api-status.ts'
import { TransportError } from './errors.ts'
import type { HttpResponse } from './transport.ts'
import { isUnsent } from './transport-failure.ts'

/**
 * What may be sent again. 429 and a request that never left are retried for every verb: nothing was done.
 * - `read`: GET, and POSTs that change nothing (TokenRequest, TokenReview): also 5xx and lost answers.
 * - `repeatable`: forced apply and a DELETE that names a uid or resourceVersion: also 502, 503, 504, a 500 with
 *   Retry-After, and lost answers. A bare 500 to an apply means the same the next time (a field the CRD lacks).
 * - `once`: everything else; whether a lost answer meant yes or no is the caller's question.
 */
export type Repeat = 'read' | 'repeatable' | 'once'

export interface RetryOptions {
  readonly repeat: Repeat
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  readonly signal: AbortSignal
  /** Monotonic time after which nothing is tried any more. */
  readonly deadlineMs: number
}

/** What the last attempt gave, and whether an earlier one may have done the work unseen. */
export interface Settled {
  readonly response: HttpResponse
  readonly uncertain: boolean
}

const maxAttempts = 5
const initialDelayMs = 100
const maxDelayMs = 5000

/** These would end the same way the next time. */
const finalCodes: ReadonlySet<string> = new Set([
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
  'UND_ERR_RES_EXCEEDED_MAX_SIZE',
])

type Outcome = { readonly response: HttpResponse } | { readonly error: unknown }

/**
 * Sends until there is an answer that stands, 5 times at most and never past the deadline: an answer or error that
 * could only be retried later is given back as it is. Waits what Retry-After says, else 0.1 s and twice that each
 * time, with jitter. Throws TransportError, or the signal's reason.
 */
export async function withRetry(options: RetryOptions, send: () => Promise<HttpResponse>): Promise<Settled> {
  let backoff = exponential({
    initialMs: initialDelayMs,
    maxMs: maxDelayMs,
    jitter: 0.5,
    random: options.random,
  })
  let uncertain = false
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await attempted(send, options.signal)
    const delayMs = retryDelayMs(outcome, options.repeat, backoff.delayMs)
    const { clock, deadlineMs, signal } = options
    if (delayMs === undefined || attempt === maxAttempts || clock.monotonic() + delayMs >= deadlineMs) {
      if ('error' in outcome) throw outcome.error
      return { response: outcome.response, uncertain }
    }
    uncertain ||= mayHaveBeenDone(outcome)
    await sleep(delayMs, clock, signal)
    backoff = backoff.next()
  }
}

async function attempted(send: () => Promise<HttpResponse>, signal: AbortSignal): Promise<Outcome> {
  try {
    return { response: await send() }
  } catch (error) {
    if (signal.aborted || !(error instanceof TransportError)) throw error
    return { error }
  }
}

/** Milliseconds to wait before sending again, or undefined when the outcome stands. */
function retryDelayMs(outcome: Outcome, repeat: Repeat, backoffMs: number): number | undefined {
  if ('error' in outcome) return isRepeatableError(outcome.error, repeat) ? backoffMs : undefined
  const { status } = outcome.response
  const retryAfterMs = retryAfterMsOf(outcome.response)
  if (!isRepeatableStatus(status, repeat, retryAfterMs !== undefined)) return undefined
  // Whoever is told the same second must not come back in the same instant.
  return retryAfterMs === undefined ? backoffMs : retryAfterMs + backoffMs
}

function isRepeatableError(error: unknown, repeat: Repeat): boolean {
  return repeat === 'once' ? isUnsent(error) : error instanceof TransportError && !finalCodes.has(error.code)
}

function isRepeatableStatus(status: number, repeat: Repeat, hasRetryAfter: boolean): boolean {
  if (status === 429) return true
  if (repeat === 'once') return false
  return (
    status === 502 ||
    status === 503 ||
    status === 504 ||
    (status === 500 && (repeat === 'read' || hasRetryAfter))
  )
}

function mayHaveBeenDone(outcome: Outcome): boolean {
  return 'error' in outcome ? !isUnsent(outcome.error) : outcome.response.status >= 500
}
