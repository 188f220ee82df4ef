import { type Backoff, exponential } from '../std/backoff.ts'
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

type Outcome = HttpResponse | TransportError

/**
 * Sends until there is an answer that stands, 5 times at most and never past the deadline: an answer or error that
 * could only be retried later is given back as it is. Waits what Retry-After says, else 0.1 s and twice that each
 * time, with jitter. Throws TransportError, or the signal's reason.
 */
export async function withRetry(options: RetryOptions, send: () => Promise<HttpResponse>): Promise<Settled> {
  const { repeat, clock, random, deadlineMs, signal } = options
  let backoff: Backoff | undefined
  let uncertain = false
  for (let attempt = 1; ; attempt += 1) {
    let outcome: Outcome
    try {
      outcome = await send()
    } catch (error) {
      outcome = transportErrorOf(error, signal)
    }
    if (attempt === maxAttempts || !isRepeatable(outcome, repeat)) return settled(outcome, uncertain)
    backoff = backoff?.next() ?? firstBackoff(random)
    // Whoever is told the same second must not come back in the same instant.
    const delayMs = askedDelayMs(outcome) + backoff.delayMs
    if (clock.monotonic() + delayMs >= deadlineMs) return settled(outcome, uncertain)
    uncertain ||= mayHaveBeenDone(outcome)
    await sleep(delayMs, clock, signal)
  }
}

/** Throws what no further attempt could mend. */
function transportErrorOf(error: unknown, signal: AbortSignal): TransportError {
  if (signal.aborted || !(error instanceof TransportError)) throw error
  return error
}

function settled(outcome: Outcome, uncertain: boolean): Settled {
  if (outcome instanceof TransportError) throw outcome
  return { response: outcome, uncertain }
}

function firstBackoff(random: () => number): Backoff {
  return exponential({ initialMs: initialDelayMs, maxMs: maxDelayMs, jitter: 0.5, random })
}

/** Milliseconds that the server asked to wait, or 0. */
function askedDelayMs(outcome: Outcome): number {
  return outcome instanceof TransportError ? 0 : (retryAfterMsOf(outcome) ?? 0)
}

function isRepeatable(outcome: Outcome, repeat: Repeat): boolean {
  if (!(outcome instanceof TransportError)) return isRepeatableAnswer(outcome, repeat)
  return repeat === 'once' ? isUnsent(outcome) : !finalCodes.has(outcome.code)
}

function isRepeatableAnswer(response: HttpResponse, repeat: Repeat): boolean {
  const { status } = response
  if (status === 429) return true
  if (repeat === 'once') return false
  if (status === 500) return repeat === 'read' || retryAfterMsOf(response) !== undefined
  return status === 502 || status === 503 || status === 504
}

function mayHaveBeenDone(outcome: Outcome): boolean {
  return outcome instanceof TransportError ? !isUnsent(outcome) : outcome.status >= 500
}
