import { createPublicKey, type KeyObject } from 'node:crypto'
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

const curves = {
  prime256v1: { curve: 'P-256', bits: 256 },
  secp384r1: { curve: 'P-384', bits: 384 },
  secp521r1: { curve: 'P-521', bits: 521 },
} as const

const leastExponent = 65_537n
const mostExponent = 2n ** 32n

/** Reads a public key: RSA of 2048 to 8192 bits, ECDSA on P-256, P-384 or P-521, Ed25519. Throws Unreadable. */
export function readKey(spki: Uint8Array): PublicKeyFacts {
  const object = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
  const { modulusLength = 0, publicExponent = 0n, namedCurve = '' } = object.asymmetricKeyDetails ?? {}
  const type = object.asymmetricKeyType
  if (type === 'ed25519') return { spki, object, type, bits: 256 }
  if (type === 'ec') return { spki, object, type: 'ecdsa', ...curveOf(namedCurve) }
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

function curveOf(name: string) {
  const found = Object.entries(curves).find(([it]) => it === name)
  if (found === undefined)
    throw new Unreadable('its ECDSA key is on none of the curves P-256, P-384 and P-521')
  return found[1]
}
