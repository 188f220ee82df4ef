import { ApiError, TransportError } from '../kube/errors.ts'
import { SignFailure } from '../signer/sign-failure.ts'
import { Failure } from '../std/failure.ts'

/** What a failed attempt means for the request. */
export type Judgement =
  | { readonly kind: 'refused'; readonly reason: string; readonly message: string }
  | { readonly kind: 'issuer'; readonly reason: string; readonly message: string }
  | {
      readonly kind: 'passing'
      readonly reason: string
      readonly message: string
      readonly retryAfterMs: number
      readonly isDefect: boolean
    }
  /** The API server, not the CA: nothing is said of the request. */
  | { readonly kind: 'cluster' }

/** Judges what a signer threw; the message of a defect is for the log only. */
export function judgeFailure(error: unknown): Judgement {
  if (error instanceof ApiError || error instanceof TransportError) return { kind: 'cluster' }
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    const message = 'The CA did not answer in time; it is not known whether it took the request'
    return { kind: 'passing', reason: 'Unknown', message, retryAfterMs: 0, isDefect: false }
  }
  if (!(error instanceof Failure)) {
    const message = 'Cannot sign: an internal error occurred, the log of the manager describes it'
    return { kind: 'passing', reason: 'UnexpectedError', message, retryAfterMs: 0, isDefect: true }
  }
  const { reason, message, retryAfterMs = 0 } = error
  if (error instanceof SignFailure && error.reason === 'Refused') return { kind: 'refused', reason, message }
  if (error instanceof SignFailure && (error.reason === 'IssuerFault' || error.reason === 'InvalidConfig'))
    return { kind: 'issuer', reason, message }
  return { kind: 'passing', reason, message, retryAfterMs, isDefect: false }
}
