import { FunctionError } from '../error.ts'
import type { GoString } from '../value/value.ts'
import { curves, paddedTo, publicPoint } from './curve.ts'
import { DerReader, tags } from './der-reader.ts'
import { oids } from './object-identifiers.ts'
import { firstPem } from './pem.ts'
import type { DsaKey, EcKey, Pkcs8Key, PrivateKey, RsaKey } from './private-key.ts'
import { readRsaNumbers } from './rsa-numbers.ts'

const what = 'the private key'

/** A key of the first PEM block of a text, in whichever form its bytes are: ESO looks at no label. */
export function readAnyPrivateKey(text: GoString): Pkcs8Key {
  const { type, bytes } = firstPem(text, what)
  if (type === 'ENCRYPTED PRIVATE KEY') throw new FunctionError(`${what} is encrypted`)
  const form = formOf(bytes)
  if (form === undefined) throw new FunctionError(`${what} is neither PKCS#1, PKCS#8 nor SEC 1`)
  return form(bytes)
}

/** A key of the first PEM block of a text, in the form that its label names, as sprig reads it. */
export function readLabelledPrivateKey(text: GoString): PrivateKey {
  const { type, bytes } = firstPem(text, what)
  if (type === 'PRIVATE KEY') return readPkcs8(bytes)
  if (type === 'RSA PRIVATE KEY') return readPkcs1(bytes)
  if (type === 'EC PRIVATE KEY') return readSec1(bytes)
  if (type === 'DSA PRIVATE KEY') return readDsa(bytes)
  throw new FunctionError(`${what} has a PEM label that names no kind of private key`)
}

/** Reads PKCS#8 (RFC 5208, 5958). Throws FunctionError when it is not sound or of a kind that Go does not read. */
export function readPkcs8(bytes: Buffer): Pkcs8Key {
  const fields = new DerReader(bytes, what).inside()
  fields.integer()
  const algorithm = fields.inside()
  const kind = algorithm.oid()
  const key = fields.octets()
  if (kind === oids.rsaEncryption) return readPkcs1(key)
  if (kind === oids.ecPublicKey) return readSec1(key, algorithm.optional(tags.oid)?.whole)
  if (kind === oids.ed25519) return { kind: 'ed25519', seed: readSeed(key) }
  if (kind === oids.x25519) return { kind: 'x25519', seed: readSeed(key) }
  throw new FunctionError(`${what} is neither RSA, ECDSA, Ed25519 nor X25519`)
}

function readPkcs1(bytes: Buffer): RsaKey {
  return { kind: 'rsa', numbers: readRsaNumbers(new DerReader(bytes, what)) }
}

/** `curve` is the object identifier that the key's surroundings name. */
function readSec1(bytes: Buffer, curve?: Buffer): EcKey {
  const fields = new DerReader(bytes, what).inside()
  if (fields.integer() !== 1n) throw new FunctionError(`${what} has an unknown version`)
  const digits = fields.octets()
  const named = curve ?? fields.optional(0xa0)?.content
  const known = named && curves.find((it) => it.oid === oidOf(named))
  if (known === undefined)
    throw new FunctionError(`${what} is on none of the curves P-224, P-256, P-384, P-521`)
  const scalar = paddedTo(known.bytes, digits)
  publicPoint(known, scalar)
  return { kind: 'ec', curve: known, scalar }
}

function readDsa(bytes: Buffer): DsaKey {
  const fields = new DerReader(bytes, what).inside()
  fields.integer()
  const next = () => fields.integer()
  return { kind: 'dsa', numbers: { p: next(), q: next(), g: next(), y: next(), x: next() } }
}

function readSeed(bytes: Buffer): Buffer {
  const seed = new DerReader(bytes, what).octets()
  if (seed.length !== 32) throw new FunctionError(`${what} is not 32 bytes long`)
  return seed
}

/** Undefined where the curve stands in numbers instead of by its name. */
function oidOf(bytes: Buffer): string | undefined {
  return bytes[0] === tags.oid ? new DerReader(bytes, what).oid() : undefined
}

/** The forms differ in what follows the version: PKCS#8 an algorithm, PKCS#1 a number, SEC 1 a string of bytes. */
function formOf(bytes: Buffer): ((bytes: Buffer) => Pkcs8Key) | undefined {
  const fields = new DerReader(bytes, what).inside()
  fields.integer()
  const { tag } = fields.any()
  if (tag === tags.sequence) return readPkcs8
  if (tag === tags.integer) return readPkcs1
  return tag === tags.octets ? readSec1 : undefined
}
