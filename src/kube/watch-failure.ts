import { ApiError, TransportError } from './errors.ts'
import type { ReflectorState } from './reflector.ts'

/** What a reflector was doing when it failed. */
export interface Attempt {
  /** Which way the whole state was being asked for; `done` when it had come, and a watch went on from it. */
  readonly listing: 'streamed' | 'paged' | 'done'
  /** How often in a row the server failed (5xx) before, with no event between. */
  readonly serverErrors: number
}

/** What a failure means for a reflector. */
export interface Verdict {
  /** A code for metrics and logs. */
  readonly cause: string
  /** The next connection begins with a list. */
  readonly relist: boolean
  /** WatchList is not to be had here: page from now on. */
  readonly page: boolean
  /** The state it leads to; undefined leaves it as it is. */
  readonly state: ReflectorState | undefined
  readonly serverErrors: number
  /** Wait at least so long, whoever rings. */
  readonly retryAfterMs: number
}

const longestRetryAfterMs = 60_000

/** A server that fails so often in a row may do so for this resourceVersion only: it is asked for the whole state. */
const mostServerErrors = 5

/** Nothing came on a stream for the whole inactivity time. */
export const silence = 'SILENT'
/** Found by the safety list: the watch lost an event. */
export const lostEvent = 'LOST_EVENT'
/** A list that shows an earlier moment than what was delivered. */
export const staleList = 'STALE_LIST'

/** Judges what ended a list or a watch. Anything that is no ApiError or TransportError is a defect of ours. */
export function judge(error: unknown, attempt: Attempt): Verdict {
  if (error instanceof ApiError) return judgeRefusal(error, attempt)
  const code = error instanceof TransportError ? error.code : 'DEFECT'
  return judgeBreak(code, attempt)
}

function judgeRefusal({ status, retryAfterMs = 0 }: ApiError, { listing, serverErrors }: Attempt): Verdict {
  const errors = status >= 500 ? serverErrors + 1 : 0
  return {
    cause: `${status}`,
    relist: status === 410 || status === 404 || errors >= mostServerErrors,
    page: listing === 'streamed' && (status === 400 || status === 422),
    state: stateAfter(status),
    serverErrors: errors % mostServerErrors,
    retryAfterMs: Math.min(retryAfterMs, longestRetryAfterMs),
  }
}

function stateAfter(status: number): ReflectorState | undefined {
  if (status === 410) return undefined
  return status === 404 ? 'absent' : 'broken'
}

function judgeBreak(code: string, { listing, serverErrors }: Attempt): Verdict {
  return {
    cause: code,
    relist: code === lostEvent,
    page: listing === 'streamed' && code === silence,
    state: code === lostEvent ? undefined : 'broken',
    serverErrors,
    retryAfterMs: 0,
  }
}
