import { csrDer } from './csr-der.ts'
import { isSelfSigned, type SignedCsr } from './csr-signature.ts'
import { childAt, childrenOf, type Element, readDer, tags } from './der.ts'
import { type Extensions, readExtensions } from './extensions.ts'
import { type PublicKeyFacts, readKey } from './key.ts'
import { readOid } from './oid.ts'
import { refused, refusing, Unreadable } from './refusal.ts'
import { readSubject, type Subject } from './subject.ts'

/** A certificate signing request (PKCS#10, RFC 2986) whose own signature was verified. */
export interface Csr {
  readonly der: Uint8Array
  readonly key: PublicKeyFacts
  readonly subject: Subject
  readonly asks: Extensions
}

const extensionRequest = '1.2.840.113549.1.9.14'

/**
 * Reads a CSR and proves that its sender holds the key. Throws SignFailure `Refused`: not exactly one PEM block, larger
 * than 64 KiB, malformed, signed by another key or with SHA-1, or a weak key.
 */
export async function parseCsr(pem: string): Promise<Csr> {
  const der = csrDer(pem)
  const { csr, signed } = refusing('the CSR', () => read(der))
  const isProven = await isSelfSigned(signed).catch((error: unknown) => {
    throw refused('the CSR', error)
  })
  if (!isProven) throw refused('the CSR', new Unreadable('its signature is not by its own key'))
  return csr
}

function read(der: Uint8Array): { csr: Csr; signed: SignedCsr } {
  const outer = childrenOf(readDer(der))
  const info = childAt(outer, 0, tags.sequence)
  const parts = childrenOf(info)
  if (outer.length !== 3 || parts.length > 4) throw new Unreadable('it holds more than a CSR')
  const key = readKey(childAt(parts, 2, tags.sequence).whole)
  const subject = readSubject(childAt(parts, 1, tags.sequence))
  const csr = { der, key, subject, asks: readExtensions(extensionsIn(parts[3])) }
  const algorithm = readOid(childAt(childrenOf(childAt(outer, 1, tags.sequence)), 0, tags.oid))
  return { csr, signed: { der, key, info, algorithm, signature: childAt(outer, 2, tags.bitString) } }
}

function extensionsIn(attributes: Element | undefined): Element | undefined {
  if (attributes === undefined) return undefined
  const requested = childrenOf(attributes)
    .map((it) => childrenOf(it))
    .filter((parts) => readOid(childAt(parts, 0, tags.oid)) === extensionRequest)
  const [first, second] = requested
  if (second !== undefined) throw new Unreadable('an attribute stands in it twice')
  return first && childAt(childrenOf(childAt(first, 1, tags.set)), 0, tags.sequence)
}
