import { publicPoint } from './curve.ts'
import { bits, explicit, integer, nothing, octets, oid, sequence } from './der-writer.ts'
import { oids } from './object-identifiers.ts'
import { encodePem } from './pem.ts'
import type { EcKey, Pkcs8Key, PrivateKey } from './private-key.ts'
import { pkcs1Of } from './rsa-numbers.ts'

/** The key as PKCS#8 (RFC 5208), in the one form that Go's MarshalPKCS8PrivateKey writes. */
export function pkcs8Of(key: Pkcs8Key): Buffer {
  switch (key.kind) {
    case 'rsa':
      return privateKeyInfo([oid(oids.rsaEncryption), nothing], pkcs1Of(key.numbers))
    case 'ec':
      return privateKeyInfo([oid(oids.ecPublicKey), oid(key.curve.oid)], sec1Of(key, false))
    case 'ed25519':
    case 'x25519':
      return privateKeyInfo([oid(oids[key.kind])], octets(key.seed))
  }
}

/** The key in PEM as sprig writes it: each kind in the form that is its own. */
export function traditionalPem(key: PrivateKey): string {
  switch (key.kind) {
    case 'rsa':
      return encodePem('RSA PRIVATE KEY', pkcs1Of(key.numbers))
    case 'ec':
      return encodePem('EC PRIVATE KEY', sec1Of(key, true))
    case 'dsa': {
      const { p, q, g, y, x } = key.numbers
      return encodePem('DSA PRIVATE KEY', sequence(...[0n, p, q, g, y, x].map(integer)))
    }
    case 'ed25519':
    case 'x25519':
      return encodePem('PRIVATE KEY', pkcs8Of(key))
  }
}

function privateKeyInfo(algorithm: readonly Buffer[], key: Buffer): Buffer {
  return sequence(integer(0), sequence(...algorithm), octets(key))
}

/** RFC 5915: the public key always, the curve where nothing around the key names it. */
function sec1Of({ curve, scalar }: EcKey, namesCurve: boolean): Buffer {
  const parameters = namesCurve ? [explicit(0, oid(curve.oid))] : []
  return sequence(integer(1), octets(scalar), ...parameters, explicit(1, bits(publicPoint(curve, scalar))))
}
