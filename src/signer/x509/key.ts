import { createPublicKey, type KeyObject } from 'node:crypto'
import { childAt, childrenOf, readDer, tags } from './der.ts'
import { readOid } from './oid.ts'
import { pemOf } from './pem.ts'
import { Unreadable } from './refusal.ts'

/** A public key of a kind and strength that may be certified. */
export interface PublicKeyFacts {
  /** SubjectPublicKeyInfo, DER, as it stands in the CSR. */
  readonly spki: Uint8Array
  readonly object: KeyObject
  readonly type: 'rsa' | 'ecdsa' | 'ed25519'
  readonly bits: number
  readonly curve?: 'P-256' | 'P-384' | 'P-521'
}

type Curve = Required<Pick<PublicKeyFacts, 'curve' | 'bits'>>

/** By OID (RFC 5480 section 2.1.1.1). */
const curves: ReadonlyMap<string, Curve> = new Map([
  ['1.2.840.10045.3.1.7', { curve: 'P-256', bits: 256 }],
  ['1.3.132.0.34', { curve: 'P-384', bits: 384 }],
  ['1.3.132.0.35', { curve: 'P-521', bits: 521 }],
])

const leastExponent = 65_537n
const mostExponent = 2n ** 32n

/** Reads a public key: RSA of 2048 to 8192 bits, ECDSA on P-256, P-384 or P-521, Ed25519. Throws Unreadable. */
export function readKey(spki: Uint8Array): PublicKeyFacts {
  // Node takes twice as long for DER, which comes with options that it examines.
  const object = createPublicKey(pemOf('PUBLIC KEY', spki))
  const type = object.asymmetricKeyType
  if (type === 'ed25519') return { spki, object, type, bits: 256 }
  if (type === 'ec') return { spki, object, type: 'ecdsa', ...curveOf(spki) }
  const { modulusLength = 0, publicExponent = 0n } = object.asymmetricKeyDetails ?? {}
  if (type !== 'rsa' && type !== 'rsa-pss') throw new Unreadable('its key is none of RSA, ECDSA and Ed25519')
  refuseWeakRsa(modulusLength, publicExponent)
  return { spki, object, type: 'rsa', bits: modulusLength }
}

function refuseWeakRsa(bits: number, exponent: bigint): void {
  if (bits < 2048 || bits > 8192)
    throw new Unreadable(`its RSA key has ${bits} bits; 2048 to 8192 are allowed`)
  const isSound = exponent % 2n === 1n && exponent >= leastExponent && exponent < mostExponent
  if (!isSound) throw new Unreadable('its RSA key has an unsafe public exponent')
}

/** A curve that is spelled out in numbers, and not named, is for no certificate (RFC 5480 section 2.1.1). */
function curveOf(spki: Uint8Array): Curve {
  const [, named] = childrenOf(childAt(childrenOf(readDer(spki)), 0, tags.sequence))
  const found = named?.tag === tags.oid ? curves.get(readOid(named)) : undefined
  if (found !== undefined) return found
  throw new Unreadable('its ECDSA key is on none of the curves P-256, P-384 and P-521, by name')
}
