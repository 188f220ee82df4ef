import { type KeyObject, X509Certificate } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { refusedAnswer } from './refused-answer.ts'

/** Certificates in order: each is signed by the next, the last by itself or by one that is not there. */
export type Chain = readonly [X509Certificate, ...X509Certificate[]]

const mostCertificates = 100
const mostBytes = 256 * 1024

/**
 * The chain that certifies `key`, from certificates in any order and any number of times. Signatures are verified.
 * As cert-manager's own builder does it, all must belong to one chain. Throws SignFailure `Refused`.
 */
export function chainOf(certificates: readonly Uint8Array[], key: KeyObject): Chain {
  refuseLarge(certificates)
  const unique = new Map(certificates.map((der) => [Buffer.from(der).toString('base64'), der]))
  const all = [...unique].map(([id, der]) => certificateOf(id, der))
  const leaf = leafOf(all, key)
  const chain: [X509Certificate, ...X509Certificate[]] = [leaf]
  const rest = new Set(all)
  for (let next: X509Certificate | undefined = leaf; next !== undefined; ) {
    rest.delete(next)
    next = isSelfSigned(next) ? undefined : issuerOf(next, rest)
    if (next !== undefined) chain.push(next)
  }
  if (rest.size > 0)
    throw refusedAnswer(`${countOf(rest.size)} of its certificates belong to no chain from the new one`)
  return chain
}

/** Every answer of a CA brings its own certificates along: these are read and verified once. */
const recent = new LRUCache<string, X509Certificate>({ max: 200 })
const selfSigned = new WeakMap<X509Certificate, boolean>()
const issued = new WeakMap<X509Certificate, WeakMap<X509Certificate, boolean>>()

function certificateOf(id: string, der: Uint8Array): X509Certificate {
  const certificate = recent.get(id) ?? read(der)
  recent.set(id, certificate)
  return certificate
}

/** Whether a certificate issued itself, as roots do. Its usages need not allow it: some are no CA at all. */
export function isSelfSigned(certificate: X509Certificate): boolean {
  const known = selfSigned.get(certificate) ?? issuesItself(certificate)
  selfSigned.set(certificate, known)
  return known
}

function issuesItself(certificate: X509Certificate): boolean {
  const key = certificate.subject === certificate.issuer ? keyOf(certificate) : undefined
  return key !== undefined && isSignedBy(certificate, key)
}

function refuseLarge(certificates: readonly Uint8Array[]): void {
  const bytes = certificates.reduce((sum, it) => sum + it.length, 0)
  if (certificates.length === 0) throw refusedAnswer('it gave no certificate')
  if (certificates.length > mostCertificates) throw refusedAnswer('it gave more than 100 certificates')
  if (bytes > mostBytes) throw refusedAnswer('its certificates are larger than 256 KiB')
}

/** Node reads PEM too, and stops where DER ends: what it read must be all that was given. */
function read(der: Uint8Array): X509Certificate {
  const certificate = tryRead(der)
  if (certificate === undefined || !certificate.raw.equals(der)) {
    throw refusedAnswer('one of its certificates is malformed')
  }
  return certificate
}

function tryRead(der: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(der)
  } catch {
    return undefined
  }
}

function leafOf(all: readonly X509Certificate[], key: KeyObject): X509Certificate {
  const [leaf, second] = all.filter((it) => keyOf(it)?.equals(key))
  if (leaf === undefined) throw refusedAnswer("its certificate is for another key than the CSR's")
  if (second !== undefined) throw refusedAnswer("it gave two different certificates for the CSR's key")
  return leaf
}

/** Node reads a key only when it is asked for, and throws when it does not know its kind. */
function keyOf(certificate: X509Certificate): KeyObject | undefined {
  try {
    return certificate.publicKey
  } catch {
    return undefined
  }
}

function issuerOf(
  certificate: X509Certificate,
  others: ReadonlySet<X509Certificate>,
): X509Certificate | undefined {
  const [issuer, second] = [...others].filter((it) => isIssuedBy(certificate, it))
  if (second !== undefined) throw refusedAnswer('its chain is forked: two certificates sign the same one')
  return issuer
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  const byIssuer = issued.get(certificate) ?? new WeakMap<X509Certificate, boolean>()
  const known = byIssuer.get(issuer) ?? wasIssuedBy(certificate, issuer)
  issued.set(certificate, byIssuer.set(issuer, known))
  return known
}

/** Names, key identifiers and the right to sign first: they are cheap, and signatures are not. */
function wasIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  const key = certificate.checkIssued(issuer) ? keyOf(issuer) : undefined
  return key !== undefined && isSignedBy(certificate, key)
}

function isSignedBy(certificate: X509Certificate, key: KeyObject): boolean {
  try {
    return certificate.verify(key)
  } catch {
    return false
  }
}

function countOf(count: number): string {
  return count === 1 ? 'one' : String(count)
}
