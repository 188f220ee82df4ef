import { hash } from 'node:crypto'
import { FunctionError } from '../error.ts'
import type { DerReader } from './der-reader.ts'

/** What a derived key is for (RFC 7292, B.3). */
export const purposes = { key: 1, iv: 2, mac: 3 } as const

/** A hash function and, in bytes, the blocks that it works on. */
export interface Digest {
  readonly name: 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512'
  readonly block: number
}

/** Hash functions by their object identifiers. */
export const digests: ReadonlyMap<string, Digest> = new Map<string, Digest>([
  ['1.3.14.3.2.26', { name: 'sha1', block: 64 }],
  ['2.16.840.1.101.3.4.2.4', { name: 'sha224', block: 64 }],
  ['2.16.840.1.101.3.4.2.1', { name: 'sha256', block: 64 }],
  ['2.16.840.1.101.3.4.2.2', { name: 'sha384', block: 128 }],
  ['2.16.840.1.101.3.4.2.3', { name: 'sha512', block: 128 }],
])

/** Files that people make ask for 1 to 600,000 rounds; this many take about a second. */
const mostIterations = 1_000_000

/** Reads how often a key is hashed. Throws FunctionError where that is never or too often. */
export function readIterations(reader: DerReader): number {
  const count = reader.integer(true)
  if (count < 1n || count > BigInt(mostIterations))
    throw new FunctionError(
      `the PKCS#12 file asks for fewer than 1 or more than ${mostIterations} iterations`,
    )
  return Number(count)
}

export interface KeyRequest {
  readonly digest: Digest
  readonly password: Buffer
  readonly salt: Buffer
  readonly iterations: number
  readonly purpose: (typeof purposes)[keyof typeof purposes]
  readonly bytes: number
}

/** The key derivation of PKCS#12 (RFC 7292, B.2). */
export function pkcs12Key({ digest, password, salt, iterations, purpose, bytes }: KeyRequest): Buffer {
  const { name, block } = digest
  const diversifier = Buffer.alloc(block, purpose)
  let input: Buffer = Buffer.concat([repeated(salt, block), repeated(password, block)])
  const parts: Buffer[] = []
  for (let made = 0; made < bytes; made += parts.at(-1)?.length ?? bytes) {
    let part: Buffer = hash(name, Buffer.concat([diversifier, input]), 'buffer')
    for (let round = 1; round < iterations; round++) part = hash(name, part, 'buffer')
    parts.push(part)
    input = increased(input, repeated(part, block).subarray(0, block))
  }
  return Buffer.concat(parts).subarray(0, bytes)
}

/** As often as it takes to fill whole blocks; nothing stays nothing. */
function repeated(bytes: Buffer, block: number): Buffer {
  return bytes.length === 0 ? bytes : Buffer.alloc(Math.ceil(bytes.length / block) * block, bytes)
}

/** Each block plus `addend` plus one, modulo its size. */
function increased(blocks: Buffer, addend: Buffer): Buffer {
  const sum = Buffer.from(blocks)
  for (let end = sum.length; end > 0; end -= addend.length) {
    let carry = 1
    for (let at = 1; at <= addend.length; at++) {
      carry += (sum[end - at] ?? 0) + (addend[addend.length - at] ?? 0)
      sum[end - at] = carry & 0xff
      carry >>= 8
    }
  }
  return sum
}
