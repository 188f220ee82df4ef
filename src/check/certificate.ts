import type { DetailedPeerCertificate } from 'node:tls'
import { ok, type Verdict, warned } from './finding.ts'

export interface SeenConnection {
  readonly certificate: DetailedPeerCertificate
  readonly protocol: string
  /** What made it trusted: `the CA of spec.provider.akeyless.caBundle`. */
  readonly trusted: string
  readonly nowMs: number
}

const dayMs = 86_400_000
const soonMs = 14 * dayMs
/** Certificates that are renewed by a machine are so long before this share of their life. */
const soonShare = 0.1

/** What is told of a certificate that was verified: who signed it, and how long it will do. */
export function certificateVerdict({ certificate, protocol, trusted, nowMs }: SeenConnection): Verdict {
  const endMs = Date.parse(certificate.valid_to)
  const lifeMs = endMs - Date.parse(certificate.valid_from)
  const leftMs = endMs - nowMs
  const words = `${protocol}; signed by "${rootOf(certificate)}", trusted by ${trusted}`
  const until = `expires in ${shownTime(leftMs)} (${new Date(endMs).toISOString().slice(0, 10)})`
  if (leftMs < Math.min(soonMs, lifeMs * soonShare))
    return warned(`${words}; ${until}`, 'have its certificate renewed')
  return ok(`${words}; ${until}`)
}

function shownTime(ms: number): string {
  return ms >= 2 * dayMs ? `${Math.floor(ms / dayMs)} days` : `${Math.floor(ms / 3_600_000)} h`
}

/** The name of the last certificate of the chain; it ends in one that is its own issuer. */
function rootOf(certificate: DetailedPeerCertificate): string {
  let last = certificate
  for (let steps = 0; steps < 10; steps++) {
    const next: DetailedPeerCertificate | undefined = last.issuerCertificate
    if (next === undefined || next === last || next.fingerprint256 === last.fingerprint256) break
    last = next
  }
  const { CN, O } = last.issuer
  return String(CN ?? O ?? 'an unnamed CA').slice(0, 100)
}
