import type { X509Certificate } from 'node:crypto'
import { isSelfSigned } from './issued-by.ts'
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
  const outdated = datesObjection(leaf, nowMs)
  if (outdated !== undefined) throw refusedAnswer(`the new certificate ${outdated}`)
  const askedMs = durationSeconds * 1000
  const isLonger = leaf.validToDate.getTime() > nowMs + askedMs + toleranceOf(askedMs)
  if (isLonger && leniency?.longerValidity !== true) {
    throw refusedAnswer(
      `the new certificate is valid until ${shown(leaf.validToDate)}, longer than the ${durationSeconds} s asked for`,
    )
  }
}

/** Refuses issuers to which there is an objection. Throws SignFailure `Refused`. */
export function judgeIssuers(issuers: readonly X509Certificate[], nowMs: number): void {
  for (const [index, issuer] of issuers.entries()) {
    const objection = objectionTo(issuer, nowMs)
    if (objection !== undefined) throw refusedAnswer(`certificate ${index + 2} of its chain ${objection}`)
  }
}

/** Why a certificate cannot be an issuer: it does not hold now, or may not issue; an old root of version 1 says nothing of it. */
export function objectionTo(issuer: X509Certificate, nowMs: number): string | undefined {
  const isIssuer = issuer.ca || isSelfSigned(issuer)
  return datesObjection(issuer, nowMs) ?? (isIssuer ? undefined : 'is no CA certificate')
}

/** CAs that count in days round up to whole ones; a certificate asked for less than a day is held to it. */
function toleranceOf(askedMs: number): number {
  return askedMs >= dayMs ? dayMs + skewMs : skewMs
}

function datesObjection({ validFromDate, validToDate }: X509Certificate, nowMs: number): string | undefined {
  // Written so that a date which cannot be read (NaN) is an objection.
  if (!(validToDate.getTime() > nowMs)) return `expired at ${shown(validToDate)}`
  if (!(validFromDate.getTime() <= nowMs + skewMs)) return `is not valid before ${shown(validFromDate)}`
  return undefined
}

function shown(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'a date that cannot be read' : date.toISOString()
}
