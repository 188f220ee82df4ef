import { createHash } from 'node:crypto'
import { childAt, childrenOf, readDer, tags } from './der.ts'

/** The SHA-1 of a key's bits, hexadecimal: method 1 of RFC 5280 section 4.2.1.2. A name for the key, no protection. */
export function keyIdOf(spki: Uint8Array): string {
  const bits = childAt(childrenOf(readDer(spki)), 1, tags.bitString)
  return createHash('sha1').update(bits.content.subarray(1)).digest('hex')
}
