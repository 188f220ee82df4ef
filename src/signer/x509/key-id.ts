import { createHash } from 'node:crypto'
import { childAt, childrenOf, readDer, tags } from './der.ts'

/** 160 bits of the SHA-256 of a key's bits, hexadecimal: method 1 of RFC 7093 section 2, where FIPS allows no SHA-1. */
export function keyIdOf(spki: Uint8Array): string {
  const bits = childAt(childrenOf(readDer(spki)), 1, tags.bitString)
  return createHash('sha256').update(bits.content.subarray(1)).digest('hex').slice(0, 40)
}
