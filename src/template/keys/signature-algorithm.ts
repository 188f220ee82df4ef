import { sign } from 'node:crypto'
import { FunctionError } from '../error.ts'
import { nothing, oid, sequence } from './der-writer.ts'
import { keyObjectOf } from './key-object.ts'
import { oids } from './object-identifiers.ts'
import type { Pkcs8Key } from './private-key.ts'
import { checkRsaSize } from './rsa-numbers.ts'

/** How a key signs: the AlgorithmIdentifier in DER and the signature that it makes. */
export interface Signature {
  readonly algorithm: Buffer
  of(bytes: Buffer): Buffer
}

/**
 * How a key signs unless told otherwise, as in Go. Throws FunctionError for a key that signs no certificate: X25519,
 * and RSA below 1024 bits.
 */
export function signatureBy(key: Pkcs8Key): Signature {
  if (key.kind === 'rsa') checkRsaSize(key.numbers)
  const { hash, algorithm } = algorithmOf(key)
  return { algorithm: sequence(...algorithm), of: (bytes) => sign(hash, bytes, keyObjectOf(key)) }
}

const ecdsa: Readonly<Record<string, readonly [string, string]>> = {
  'P-384': ['sha384', oids.ecdsaWithSha384],
  'P-521': ['sha512', oids.ecdsaWithSha512],
}

function algorithmOf(key: Pkcs8Key): { hash: string | null; algorithm: readonly Buffer[] } {
  if (key.kind === 'rsa') return { hash: 'sha256', algorithm: [oid(oids.sha256WithRsa), nothing] }
  if (key.kind === 'ec') {
    const [hash, type] = ecdsa[key.curve.jose] ?? ['sha256', oids.ecdsaWithSha256]
    return { hash, algorithm: [oid(type)] }
  }
  if (key.kind === 'x25519') throw new FunctionError('an X25519 key signs nothing')
  return { hash: null, algorithm: [oid(oids.ed25519)] }
}
