import { childAt, childrenOf, type Element, readDer, tags } from './der.ts'
import { Unreadable } from './refusal.ts'

/** 1.2.840.113549.1.7.2, the content type of SignedData (RFC 5652 section 5.1). */
const signedData = '2a864886f70d010702'

/**
 * The certificates of a PKCS#7 or CMS SignedData, in their order; signatures in it are not looked at.
 * BER is taken around them, as servers write it, and each certificate must be DER. Throws Unreadable.
 */
export function certificatesOfPkcs7(bytes: Uint8Array): Uint8Array[] {
  const outer = childrenOf(readDer(bytes, 'ber'))
  const type = childAt(outer, 0, tags.oid)
  if (Buffer.from(type.content).toString('hex') !== signedData)
    throw new Unreadable('it is no PKCS#7 SignedData')
  const [content] = childrenOf(childAt(outer, 1, tags.first))
  if (content?.tag !== tags.sequence) throw new Unreadable('it is no PKCS#7 SignedData')
  const certificates = childrenOf(content).find((it) => it.tag === tags.first)
  if (certificates === undefined) throw new Unreadable('it holds no certificate')
  return childrenOf(certificates).map(certificateOf)
}

function certificateOf(element: Element): Uint8Array {
  if (element.tag !== tags.sequence) throw new Unreadable('it holds something other than X.509 certificates')
  return element.whole
}
