import { Failure } from '../std/failure.ts'

/**
 * Why an object is not (or is) as it should be: the same word in condition, Event and metric.
 * True: a person must act, and the object is Stalled. False: it may pass by itself, and is retried.
 */
const userMustAct = {
  InvalidSpec: true,
  StoreNotReady: false,
  AuthFailed: false,
  JWTRejected: true,
  AccessDenied: true,
  NotFound: true,
  KeyNotFound: true,
  Throttled: false,
  GatewayUnreachable: false,
  DNSFailure: false,
  TLSFailure: false,
  UnexpectedResponse: false,
  TemplateFailed: true,
  TargetConflict: true,
  TargetImmutable: true,
  TargetRejected: true,
  DeletionHeld: true,
  AnotherController: true,
  CRDTooOld: true,
} as const satisfies Record<string, boolean>

/** Reasons of failures; those of success and waiting (`Synced`, `Valid`, `Progressing`...) stand with who says them. */
export type FailureReason = keyof typeof userMustAct

/** A Failure with one of the shared reasons. `message` says what, where and what to do next, and shows no value. */
export function failure(
  reason: FailureReason,
  message: string,
  options: { cause?: unknown; retryAfterMs?: number } = {},
): Failure {
  return new Failure(reason, message, { ...options, userMustAct: userMustAct[reason] })
}
