import { childAt, childrenOf, type Element, readDer, tags } from './der.ts'
import { type Extensions, readExtensions } from './extensions.ts'
import { keyIdOf } from './key-id.ts'
import { refusing } from './refusal.ts'
import { readSubject, type Subject } from './subject.ts'

/** What a certificate says of its holder. */
export interface CertificateFacts {
  readonly subject: Subject
  readonly grants: Extensions
  /** Its subject key identifier, or one made of its key where it has none; hexadecimal. */
  readonly keyId: string
}

/**
 * Reads what a certificate of version 3 (RFC 5280 section 4.1) grants. Throws SignFailure `Refused`; nothing is judged
 * here, and its signature is not looked at.
 */
export function readCertificate(der: Uint8Array): CertificateFacts {
  return refusing('the certificate', () => {
    const body = childrenOf(childAt(childrenOf(readDer(der)), 0, tags.sequence))
    // Versions 1 and 2 have no extensions, and version 1 does not say its number.
    const hasVersion = body[0]?.tag === tags.first
    const at = (index: number) => childAt(body, hasVersion ? index : index - 1, tags.sequence)
    const grants = readExtensions(extensionsIn(body))
    return { subject: readSubject(at(5)), grants, keyId: grants.keyId ?? keyIdOf(at(6).whole) }
  })
}

function extensionsIn(body: readonly Element[]): Element | undefined {
  const wrapped = body.find((it) => it.tag === tags.fourth)
  return wrapped && childAt(childrenOf(wrapped), 0, tags.sequence)
}
