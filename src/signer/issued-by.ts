import type { KeyObject, X509Certificate } from 'node:crypto'

/** Certificates of CAs come along with every answer: what was found of them is kept. */
const selfSigned = new WeakMap<X509Certificate, boolean>()
const issued = new WeakMap<X509Certificate, WeakMap<X509Certificate, boolean>>()

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

/** Whether `issuer` names, and its key signed, a certificate. */
export function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
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

/** The key of a certificate; undefined where Node, which reads it only now, does not know its kind. */
export function keyOf(certificate: X509Certificate): KeyObject | undefined {
  try {
    return certificate.publicKey
  } catch {
    return undefined
  }
}
