import type { X509Certificate } from 'node:crypto'
import { isSelfSigned } from './chain.ts'
import { refusedAnswer } from './refused-answer.ts'
import type { Leniency, SigningRequest } from './signer.ts'

/** By how much the clock of a CA may differ from ours. */
const skewMs = 5 * 60_000

const dayMs = 86_400_000

/** Refuses a certificate that does not hold now, or for longer than was asked. Throws SignFailure `Refused`. */
export function judgeValidity(
  leaf: X509Certificate,
  { durationSeconds }: Pick<SigningRequest, 'durationSeconds'>,
  { nowMs, leniency }: { readonly nowMs: number; readonly leniency?: Leniency | undefined },
): void {
  refuseOutdated(leaf, 'the new certificate', nowMs)
  const askedMs = durationSeconds * 1000
  const isLonger = leaf.validToDate.getTime() > nowMs + askedMs + toleranceOf(askedMs)
  if (isLonger && leniency?.longerValidity !== true) {
    throw refusedAnswer(
      `the new certificate is valid until ${shown(leaf.validToDate)}, longer than the ${durationSeconds} s asked for`,
    )
  }
}

/** Refuses issuers that do not hold now, or that may not issue; an old root of version 1 says nothing of it. */
export function judgeIssuers(issuers: readonly X509Certificate[], nowMs: number): void {
  for (const [index, issuer] of issuers.entries()) {
    refuseOutdated(issuer, `certificate ${index + 2} of its chain`, nowMs)
    if (!issuer.ca && !isSelfSigned(issuer)) {
      throw refusedAnswer(`certificate ${index + 2} of its chain is no CA certificate`)
    }
  }
}

/** CAs that count in days round up to whole ones; a certificate asked for less than a day is held to it. */
function toleranceOf(askedMs: number): number {
  return askedMs >= dayMs ? dayMs + skewMs : skewMs
}

function refuseOutdated(certificate: X509Certificate, what: string, nowMs: number): void {
  const { validFromDate, validToDate } = certificate
  // Written so that a date which cannot be read (NaN) refuses.
  if (!(validToDate.getTime() > nowMs)) throw refusedAnswer(`${what} expired at ${shown(validToDate)}`)
  if (!(validFromDate.getTime() <= nowMs + skewMs)) {
    throw refusedAnswer(`${what} is not valid before ${shown(validFromDate)}`)
  }
}

function shown(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'a date that cannot be read' : date.toISOString()
}
