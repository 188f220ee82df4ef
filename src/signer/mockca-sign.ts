import type { Authority } from './mockca-authority.ts'
import { SignFailure } from './sign-failure.ts'
import type { SigningRequest } from './signer.ts'
import { usagesOf } from './usages.ts'
import type { Csr } from './x509/csr.ts'
import { loadX509 } from './x509/load.ts'

/** Machines whose clock is a little behind must be able to use a certificate at once. */
const backdateMs = 30_000

/** Below this a certificate would be of no use, backdated as it is. */
const leastSeconds = 60

/**
 * Signs a CSR as asked: its subject and names byte for byte, usages, CA flag and duration of the request. A certificate
 * never outlives its CA. Gives it and the CA's chain. Throws SignFailure `Refused`.
 */
export async function signCsr(
  authority: Authority,
  csr: Csr,
  request: SigningRequest,
  nowMs: number,
): Promise<readonly Uint8Array[]> {
  if (csr.subject.isEmpty && csr.asks.namesDer === undefined) {
    throw new SignFailure('Refused', 'the CSR has neither a subject nor an alternative name')
  }
  const { issue } = await loadX509()
  const leaf = await issue({
    spki: csr.key.spki,
    subject: csr.subject.der,
    issuer: authority.name,
    signer: authority.signer,
    ...validityOf(authority, request, nowMs),
    basicConstraints: { ca: request.isCA, pathLength: pathLengthOf(csr, request) },
    ...usagesOf(request.usages, request.isCA),
    names: csr.asks.namesDer && { der: csr.asks.namesDer, isCritical: csr.subject.isEmpty },
  })
  return [leaf, ...authority.chain]
}

/** Whole seconds, as certificates count. The end is measured from the backdated begin: it lives exactly as asked. */
function validityOf(
  { certificate }: Authority,
  { durationSeconds }: SigningRequest,
  nowMs: number,
): { notBeforeMs: number; notAfterMs: number } {
  if (durationSeconds < leastSeconds) {
    throw new SignFailure('Refused', `the duration asked for is below ${leastSeconds} s`)
  }
  const beginMs = Math.floor((nowMs - backdateMs) / 1000) * 1000
  const endMs = beginMs + Math.floor(durationSeconds) * 1000
  return {
    notBeforeMs: Math.max(beginMs, certificate.validFromDate.getTime()),
    notAfterMs: Math.min(endMs, certificate.validToDate.getTime()),
  }
}

function pathLengthOf(csr: Csr, { isCA }: SigningRequest): number | undefined {
  return isCA ? csr.asks.basicConstraints?.pathLength : undefined
}
