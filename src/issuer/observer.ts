import type { SignerWarning } from '../signer/signer.ts'

/** What the issuer half tells of itself, for metrics. `issuer` is as `issuerKeyOf` gives it. */
export interface IssuerObserver {
  /** A request or an attempt ended: `issued`, `failed`, `denied`, or `error` for what is tried again. */
  ended(issuer: string, result: 'issued' | 'failed' | 'denied' | 'error', reason: string): void
  /** A call of the CA took so long. */
  called(issuer: string, step: 'check' | 'submit' | 'poll', tookMs: number): void
  /** It is not known whether the CA took a request: the next try may make a second certificate. */
  doubted(issuer: string): void
  /** A request waits for its certificate, since this moment. */
  waits(request: string, issuer: string, sinceMs: number): void
  /** It does no longer. */
  waitsNoMore(request: string): void
  /** What the last check of an issuer warned of. */
  warned(issuer: string, warnings: readonly SignerWarning[]): void
  issuerGone(issuer: string): void
}
