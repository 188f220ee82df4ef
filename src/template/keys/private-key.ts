import type { Curve } from './curve.ts'
import type { RsaNumbers } from './rsa-numbers.ts'

/** The numbers of a DSA key (FIPS 186-4), in the order in which OpenSSL writes them. */
export interface DsaNumbers {
  readonly p: bigint
  readonly q: bigint
  readonly g: bigint
  readonly y: bigint
  readonly x: bigint
}

export interface RsaKey {
  readonly kind: 'rsa'
  readonly numbers: RsaNumbers
}

export interface EcKey {
  readonly kind: 'ec'
  readonly curve: Curve
  /** As long as the order of the curve. */
  readonly scalar: Buffer
}

/** A key of RFC 8032 or RFC 7748. */
export interface SeedKey {
  readonly kind: 'ed25519' | 'x25519'
  readonly seed: Buffer
}

export interface DsaKey {
  readonly kind: 'dsa'
  readonly numbers: DsaNumbers
}

/** A private key that PKCS#8 holds here. */
export type Pkcs8Key = RsaKey | EcKey | SeedKey

/** A private key of the kinds that Go's crypto/x509 reads, and DSA, which sprig adds. */
export type PrivateKey = Pkcs8Key | DsaKey
