import { createPublicKey } from 'node:crypto'
import type { Budget } from '../budget.ts'
import { FunctionError } from '../error.ts'
import type { GoString } from '../value/value.ts'
import { paddedTo, publicPoint } from './curve.ts'
import { bits, integer, nothing, oid, sequence } from './der-writer.ts'
import { bytesAt, ecPoint, type Jwk, numberAt, readJwk, seedAt } from './jwk-members.ts'
import { publicKeyInfoOf } from './key-object.ts'
import { oids } from './object-identifiers.ts'
import { encodePem } from './pem.ts'
import type { EcKey, Pkcs8Key, RsaKey, SeedKey } from './private-key.ts'
import { pkcs8Of } from './private-key-writer.ts'
import { rsaNumbers } from './rsa-numbers.ts'

/** The public key of a JWK (RFC 7517) as SubjectPublicKeyInfo in PEM. Throws FunctionError. */
export function jwkPublicKeyPem(text: GoString, budget: Budget): GoString {
  const jwk = readJwk(text, budget)
  if (jwk.has('d')) throw new FunctionError('the JWK is a private key, not a public one')
  return encodePem('PUBLIC KEY', publicKeyInfo(jwk))
}

/** The private key of a JWK (RFC 7518, RFC 8037) as PKCS#8 in PEM. Throws FunctionError. */
export function jwkPrivateKeyPem(text: GoString, budget: Budget): GoString {
  const jwk = readJwk(text, budget)
  if (!jwk.has('d') && jwk.get('kty') !== 'oct')
    throw new FunctionError('the JWK is a public key, not a private one')
  return encodePem('PRIVATE KEY', pkcs8Of(privateKey(jwk)))
}

function publicKeyInfo(jwk: Jwk): Buffer {
  const kind = jwk.get('kty')
  if (kind === 'RSA') {
    const key = sequence(integer(numberAt(jwk, 'n')), integer(numberAt(jwk, 'e')))
    return sequence(sequence(oid(oids.rsaEncryption), nothing), bits(key))
  }
  if (kind === 'EC') return ecPublicKeyInfo(jwk)
  if (kind !== 'OKP' || jwk.get('crv') !== 'Ed25519') throw unknownKind()
  return sequence(sequence(oid(oids.ed25519)), bits(seedAt(jwk, 'x')))
}

function ecPublicKeyInfo(jwk: Jwk): Buffer {
  const { curve, point } = ecPoint(jwk)
  const info = sequence(sequence(oid(oids.ecPublicKey), oid(curve.oid)), bits(point))
  try {
    createPublicKey({ key: info, format: 'der', type: 'spki' })
  } catch {
    throw new FunctionError('the JWK is no point of its elliptic curve')
  }
  return info
}

function privateKey(jwk: Jwk): Pkcs8Key {
  const kind = jwk.get('kty')
  if (kind === 'RSA') return rsaPrivateKey(jwk)
  if (kind === 'EC') return ecPrivateKey(jwk)
  if (kind === 'OKP' && jwk.get('crv') === 'Ed25519') return ed25519PrivateKey(jwk)
  throw unknownKind()
}

/** What follows from the other numbers counts only where all three of it are there, as in Go. */
function rsaPrivateKey(jwk: Jwk): RsaKey {
  const next = (name: string) => numberAt(jwk, name)
  const seed = { n: next('n'), e: next('e'), d: next('d'), p: next('p'), q: next('q') }
  const isWhole = ['dp', 'dq', 'qi'].every((name) => jwk.has(name))
  const rest = isWhole ? { dp: next('dp'), dq: next('dq'), qi: next('qi') } : {}
  return { kind: 'rsa', numbers: rsaNumbers({ ...seed, ...rest }) }
}

function ecPrivateKey(jwk: Jwk): EcKey {
  const { curve, point } = ecPoint(jwk)
  const scalar = paddedTo(curve.bytes, bytesAt(jwk, 'd'))
  if (!publicPoint(curve, scalar).equals(point)) throw mismatch()
  return { kind: 'ec', curve, scalar }
}

function ed25519PrivateKey(jwk: Jwk): SeedKey {
  const key: SeedKey = { kind: 'ed25519', seed: seedAt(jwk, 'd') }
  if (!publicKeyInfoOf(key).subarray(-32).equals(seedAt(jwk, 'x'))) throw mismatch()
  return key
}

function mismatch(): FunctionError {
  return new FunctionError('the JWK holds a public key that is not that of its private key')
}

function unknownKind(): FunctionError {
  return new FunctionError('the JWK is neither RSA, EC nor Ed25519')
}
