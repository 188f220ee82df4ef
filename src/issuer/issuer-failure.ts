import { ApiError, isForbidden, TransportError } from '../kube/errors.ts'
import { Failure } from '../std/failure.ts'

/** Reasons of an issuer's Ready condition, issuer-lib's words. */
export const reasons = {
  initializing: 'Initializing',
  checked: 'Checked',
  pending: 'Pending',
  failed: 'Failed',
} as const

/** Only somebody who changes the issuer or its configuration can end these. */
const permanent: ReadonlySet<string> = new Set(['InvalidConfig', 'Refused'])

/** True when trying again is of no use until somebody changes the issuer. */
export function isPermanent(error: unknown): error is Failure {
  return error instanceof Failure && permanent.has(error.reason)
}

/**
 * What an error of a check means for the issuer: Failed when nothing helps until somebody changes it, Pending for
 * everything that may pass; undefined for a defect of ours. The message stays, so that it names object, key and path.
 */
export function explainIssuer(error: unknown, recheckMs: number): Failure | undefined {
  if (error instanceof Failure && isReady(error.reason)) return error
  if (isPermanent(error)) {
    const { message } = error
    return new Failure(reasons.failed, message, { userMustAct: true, retryAfterMs: recheckMs, cause: error })
  }
  if (error instanceof Failure) {
    const { message, retryAfterMs } = error
    return pending(message, error, retryAfterMs)
  }
  if (isForbidden(error)) return pending(`${error.message}; the issuer half has no right to read it`, error)
  if (error instanceof ApiError || error instanceof TransportError) return pending(error.message, error)
  return undefined
}

function isReady(reason: string): boolean {
  return reason === reasons.failed || reason === reasons.pending
}

function pending(message: string, cause: unknown, retryAfterMs?: number): Failure {
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs }
  return new Failure(reasons.pending, message, { userMustAct: false, cause, ...wait })
}
