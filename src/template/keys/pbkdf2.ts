import { pbkdf2Sync } from 'node:crypto'
import { FunctionError } from '../error.ts'
import type { DerReader } from './der-reader.ts'
import { oids } from './object-identifiers.ts'
import { readIterations } from './pkcs12-key.ts'

/** Hash functions by the object identifiers of their HMACs (RFC 8018, B.1). */
export const hmacs: ReadonlyMap<string, string> = new Map([
  ['1.2.840.113549.2.7', 'sha1'],
  ['1.2.840.113549.2.8', 'sha224'],
  [oids.hmacWithSha256, 'sha256'],
  ['1.2.840.113549.2.10', 'sha384'],
  ['1.2.840.113549.2.11', 'sha512'],
])

/** How a key is derived (RFC 8018, A.2); `bytes` is its length where it is said. */
export interface Derivation {
  readonly bytes: number | undefined
  key(password: Buffer, bytes: number): Buffer
}

/** Reads a PBKDF2 AlgorithmIdentifier. Throws FunctionError for another function or another HMAC. */
export function readPbkdf2(reader: DerReader): Derivation {
  const algorithm = reader.inside()
  if (algorithm.oid() !== oids.pbkdf2) throw unknown()
  const fields = algorithm.inside()
  const salt = fields.octets()
  const iterations = readIterations(fields)
  const length = fields.optionalInteger()
  const hash = fields.isEmpty ? 'sha1' : hmacs.get(fields.inside().oid())
  if (hash === undefined) throw unknown()
  return {
    bytes: length === undefined ? undefined : Number(length),
    key: (password, bytes) => pbkdf2Sync(password, salt, iterations, bytes, hash),
  }
}

function unknown(): FunctionError {
  return new FunctionError('the PKCS#12 file derives its keys in a way that is not known here')
}
