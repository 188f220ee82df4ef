import { createPrivateKey, generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto'
import { expect, test } from 'vitest'
import { keyFailure, renderedKeys } from '../../../test/fakes/template/rendered-keys.ts'

interface Pair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

const pairs: readonly [string, Pair][] = [
  ['RSA', generateKeyPairSync('rsa', { modulusLength: 2048 })],
  ['P-256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
  ['P-384', generateKeyPairSync('ec', { namedCurve: 'P-384' })],
  ['P-521', generateKeyPairSync('ec', { namedCurve: 'P-521' })],
  ['Ed25519', generateKeyPairSync('ed25519')],
]
const [[, rsa], [, ec]] = pairs as [[string, Pair], [string, Pair]]

const privatePem = (jwk: JsonWebKey) =>
  renderedKeys('{{ jwkPrivateKeyPem .jwk }}', { jwk: JSON.stringify(jwk) })
const failure = (name: string, jwk: unknown) => keyFailure(`{{ ${name} .jwk }}`, { jwk: JSON.stringify(jwk) })

test.each(pairs)('a JWK of the kind %s becomes PEM', (_, { publicKey, privateKey }) => {
  const jwk = JSON.stringify({ ...publicKey.export({ format: 'jwk' }), kid: 'a', other: [1] })

  expect(renderedKeys('{{ jwkPublicKeyPem .jwk }}', { jwk })).toBe(
    publicKey.export({ format: 'pem', type: 'spki' }),
  )
  expect(privatePem(privateKey.export({ format: 'jwk' }))).toBe(
    privateKey.export({ format: 'pem', type: 'pkcs8' }),
  )
})

test('the numbers of an RSA key that follow from the others may be missing', () => {
  const { dp: _, dq: __, qi: ___, ...jwk } = rsa.privateKey.export({ format: 'jwk' })

  expect(createPrivateKey(privatePem(jwk)).equals(rsa.privateKey)).toBe(true)
})

test('other forms of base64 are read', () => {
  const jwk = ec.privateKey.export({ format: 'jwk' })
  const padded = Buffer.from(jwk.d ?? '', 'base64url').toString('base64')

  expect(privatePem({ ...jwk, d: padded })).toBe(privatePem(jwk))
})

const ecJwk = ec.publicKey.export({ format: 'jwk' })
const rsaJwk = rsa.privateKey.export({ format: 'jwk' })

test.each<[string, unknown, string]>([
  ['jwkPublicKeyPem', rsaJwk, 'is a private key'],
  ['jwkPrivateKeyPem', ecJwk, 'is a public key'],
  ['jwkPublicKeyPem', { ...ecJwk, y: ecJwk.x }, 'no point of its elliptic curve'],
  ['jwkPublicKeyPem', { ...ecJwk, crv: 'secp256k1' }, 'none of the curves'],
  ['jwkPublicKeyPem', { ...ecJwk, x: undefined }, 'has no x'],
  ['jwkPublicKeyPem', { ...ecJwk, x: 7 }, 'x is no text'],
  ['jwkPublicKeyPem', { ...ecJwk, x: 'A!' }, 'x is not base64'],
  ['jwkPrivateKeyPem', { ...ecJwk, d: 'AQ' }, 'not that of its private key'],
  ['jwkPrivateKeyPem', { ...rsaJwk, dp: rsaJwk.dq }, 'do not fit together'],
  ['jwkPrivateKeyPem', { ...rsaJwk, e: 'AQAA' }, 'do not fit together'],
  ['jwkPrivateKeyPem', { kty: 'oct', k: 'AAAA' }, 'neither RSA, EC nor Ed25519'],
  ['jwkPublicKeyPem', { kty: 'OKP', crv: 'X25519', x: 'AAAA' }, 'neither RSA, EC nor Ed25519'],
  ['jwkPublicKeyPem', { kty: 'OKP', crv: 'Ed25519', x: 'AAAA' }, 'x is not 32 bytes long'],
  ['jwkPublicKeyPem', [], 'no JSON object'],
])('%s refuses what it cannot write (%#)', (name, jwk, words) => {
  expect(failure(name, jwk)).toContain(words)
})
