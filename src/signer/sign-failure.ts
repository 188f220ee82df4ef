import { Failure } from '../std/failure.ts'

/**
 * What a failure of a signer means for the request and the issuer (research of cert-manager, 2.1 and 5.7.5):
 * - `Refused`: the CA will never sign this request: Failed at once.
 * - `Unavailable`: it may pass; the same request is tried again within the retry window. Nothing was signed.
 * - `Unknown`: it is not known whether the CA took the request (the connection was cut, no answer in time): tried again
 *   as `Unavailable`, and where the backend has no idempotency key the double is counted.
 * - `IssuerFault`: the issuer's own access failed (401, 403, TLS, a Secret that went): the issuer is not ready.
 * - `InvalidConfig`: the configuration is wrong; nothing helps until somebody changes it.
 */
const userMustAct = {
  Refused: true,
  Unavailable: false,
  Unknown: false,
  IssuerFault: false,
  InvalidConfig: true,
} as const satisfies Record<string, boolean>

export type SignReason = keyof typeof userMustAct

/** A failure of a signer; the message says what, where and what to do next, and shows no body, token or key. */
export class SignFailure extends Failure {
  override readonly reason: SignReason

  constructor(reason: SignReason, message: string, options: { cause?: unknown; retryAfterMs?: number } = {}) {
    super(reason, message, { ...options, userMustAct: userMustAct[reason] })
    this.reason = reason
  }
}

/** What stands in the way of an issuer as such, by the shared reason of a failure that is no signer's own. */
const reasons: Readonly<Record<string, SignReason>> = {
  InvalidSpec: 'InvalidConfig',
  AuthFailed: 'IssuerFault',
  JWTRejected: 'IssuerFault',
  AccessDenied: 'IssuerFault',
  NotFound: 'IssuerFault',
  KeyNotFound: 'IssuerFault',
  TLSFailure: 'IssuerFault',
}

/** The word of signers for such a failure; undefined where it may pass. */
export function signReasonOf({ reason }: Failure): SignReason | undefined {
  return reasons[reason]
}
