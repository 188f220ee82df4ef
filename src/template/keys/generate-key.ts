import { generateKeyPairSync } from 'node:crypto'
import { FunctionError } from '../error.ts'
import type { Env } from '../function.ts'
import type { GoString } from '../value/value.ts'
import { DerReader } from './der-reader.ts'
import type { DsaKey, Pkcs8Key, PrivateKey } from './private-key.ts'
import { readPkcs8 } from './private-key-reader.ts'
import { traditionalPem } from './private-key-writer.ts'

const pkcs8 = { type: 'pkcs8', format: 'der' } as const
const spki = { type: 'spki', format: 'der' } as const

/** A new private key in PEM, of the sizes that sprig takes. Throws FunctionError for an unknown kind; `eso`: says so. */
export function newPrivateKeyPem(kind: GoString, env: Env): GoString {
  const key = newKey(kind)
  if (key !== undefined) return traditionalPem(key)
  if (env.compat === 'eso') return `Unknown type ${kind}`
  throw new FunctionError('knows the kinds of key rsa, dsa, ecdsa, ed25519')
}

/** A new RSA key, as for certificates. */
export function newRsaKey(bits: number): Pkcs8Key {
  return readPkcs8(generateKeyPairSync('rsa', { modulusLength: bits }).privateKey.export(pkcs8))
}

function newKey(kind: GoString): PrivateKey | undefined {
  if (kind === '' || kind === 'rsa') return newRsaKey(4096)
  if (kind === 'dsa') return newDsaKey()
  if (kind === 'ecdsa')
    return readPkcs8(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export(pkcs8))
  if (kind === 'ed25519') return readPkcs8(generateKeyPairSync('ed25519').privateKey.export(pkcs8))
  return undefined
}

/** FIPS 186-4 as 2048 and 256 bits. */
function newDsaKey(): DsaKey {
  const pair = generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 })
  const secret = new DerReader(pair.privateKey.export(pkcs8), 'the DSA key').inside()
  secret.integer()
  const algorithm = secret.inside()
  algorithm.oid()
  const parameters = algorithm.inside()
  const [p, q, g] = [parameters.integer(), parameters.integer(), parameters.integer()]
  const shared = new DerReader(pair.publicKey.export(spki), 'the DSA key').inside()
  shared.inside()
  const numberIn = (bytes: Buffer) => new DerReader(bytes, 'the DSA key').integer()
  return { kind: 'dsa', numbers: { p, q, g, y: numberIn(shared.bits()), x: numberIn(secret.octets()) } }
}
