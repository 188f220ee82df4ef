import { ApiError, isForbidden, TransportError } from '../kube/errors.ts'
import { Failure } from '../std/failure.ts'

/** An error as the user is told of it. A defect is ours: only the log has its words. */
export interface Explanation {
  readonly failure: Failure
  readonly isDefect: boolean
}

/** A controller's own reading of errors, before the general one; undefined leaves it to that. */
export type Explain = (error: unknown) => Failure | undefined

const defectMessage = 'Cannot finish: an internal error occurred, the log of the manager describes it'

/**
 * What an error thrown by a reconciler means. The API server refusing us needs a person who grants the right; that it
 * is away, busy or in conflict passes by itself; whatever nobody foresaw is a defect.
 */
export function explainError(error: unknown, explain?: Explain): Explanation {
  const failure = explain?.(error) ?? known(error)
  if (failure !== undefined) return { failure, isDefect: false }
  const defect = new Failure('InternalError', defectMessage, { userMustAct: false, cause: error })
  return { failure: defect, isDefect: true }
}

function known(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error
  if (isForbidden(error)) return fromApiServer('AccessDenied', error, true)
  if (error instanceof ApiError || error instanceof TransportError) {
    return fromApiServer('APIServerError', error, false)
  }
  return undefined
}

function fromApiServer(reason: string, error: ApiError | TransportError, userMustAct: boolean): Failure {
  const wait =
    error instanceof ApiError && error.retryAfterMs !== undefined ? { retryAfterMs: error.retryAfterMs } : {}
  return new Failure(reason, error.message, { userMustAct, cause: error, ...wait })
}
