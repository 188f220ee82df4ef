import { createDecipheriv } from 'node:crypto'
import rc2 from 'node-forge/lib/rc2.js'
import util from 'node-forge/lib/util.js'
import { FunctionError } from '../error.ts'
import type { DerReader } from './der-reader.ts'
import { oids } from './object-identifiers.ts'
import { readPbkdf2 } from './pbkdf2.ts'
import { type Digest, pkcs12Key, purposes, readIterations } from './pkcs12-key.ts'
import type { Password } from './pkcs12-password.ts'

interface Cipher {
  readonly name: string
  readonly keyBytes: number
}

/** Ciphers of RFC 7292, C: keys are derived with SHA-1. */
const older: ReadonlyMap<string, Cipher> = new Map([
  ['1.2.840.113549.1.12.1.3', { name: 'des-ede3-cbc', keyBytes: 24 }],
  ['1.2.840.113549.1.12.1.5', { name: 'rc2', keyBytes: 16 }],
  ['1.2.840.113549.1.12.1.6', { name: 'rc2', keyBytes: 5 }],
])

/** Ciphers of PBES2 (RFC 8018, B.2). */
const newer: ReadonlyMap<string, Cipher> = new Map([
  ['2.16.840.1.101.3.4.1.2', { name: 'aes-128-cbc', keyBytes: 16 }],
  ['2.16.840.1.101.3.4.1.22', { name: 'aes-192-cbc', keyBytes: 24 }],
  [oids.aes256Cbc, { name: 'aes-256-cbc', keyBytes: 32 }],
  ['1.2.840.113549.3.7', { name: 'des-ede3-cbc', keyBytes: 24 }],
])

const sha1: Digest = { name: 'sha1', block: 64 }

/** What was encrypted, by the AlgorithmIdentifier that stands next. Throws FunctionError where that is not possible. */
export function decryptPkcs12(algorithm: DerReader, encrypted: Buffer, password: Password): Buffer {
  const type = algorithm.oid()
  const fields = algorithm.inside()
  if (type === oids.pbes2) return decryptPbes2(fields, encrypted, password)
  const cipher = older.get(type)
  if (cipher === undefined) throw unknownCipher()
  const salt = fields.octets()
  const common = { digest: sha1, password: password.bmp, salt, iterations: readIterations(fields) }
  const key = pkcs12Key({ ...common, purpose: purposes.key, bytes: cipher.keyBytes })
  const iv = pkcs12Key({ ...common, purpose: purposes.iv, bytes: 8 })
  return cipher.name === 'rc2' ? decryptRc2(key, iv, encrypted) : decrypt(cipher.name, key, iv, encrypted)
}

function decryptPbes2(fields: DerReader, encrypted: Buffer, { utf8 }: Password): Buffer {
  const derivation = readPbkdf2(fields)
  const scheme = fields.inside()
  const cipher = newer.get(scheme.oid())
  if (cipher === undefined) throw unknownCipher()
  const key = derivation.key(utf8, cipher.keyBytes)
  return decrypt(cipher.name, key, scheme.octets(), encrypted)
}

function decrypt(name: string, key: Buffer, iv: Buffer, encrypted: Buffer): Buffer {
  try {
    const decipher = createDecipheriv(name, key, iv)
    return Buffer.concat([decipher.update(encrypted), decipher.final()])
  } catch {
    throw undecryptable()
  }
}

/** Node has no RC2: OpenSSL 3 keeps it in a provider that Node does not load. */
function decryptRc2(key: Buffer, iv: Buffer, encrypted: Buffer): Buffer {
  const cipher = rc2.createDecryptionCipher(key.toString('latin1'), 8 * key.length)
  cipher.start(iv.toString('latin1'))
  cipher.update(util.createBuffer(encrypted.toString('latin1')))
  if (encrypted.length % 8 !== 0 || !cipher.finish()) throw undecryptable()
  return Buffer.from(cipher.output.getBytes(), 'latin1')
}

function unknownCipher(): FunctionError {
  return new FunctionError('the PKCS#12 file is encrypted with a cipher that is not known here')
}

function undecryptable(): FunctionError {
  return new FunctionError(
    'the PKCS#12 file cannot be decrypted: the password is wrong or the file is damaged',
  )
}
