import { createECDH } from 'node:crypto'
import { FunctionError } from '../error.ts'

/** An elliptic curve that Go knows: its object identifier, JOSE's and OpenSSL's names, the bytes of a scalar. */
export interface Curve {
  readonly oid: string
  readonly jose: string
  readonly openssl: string
  readonly bytes: number
  readonly order: bigint
}

/** FIPS 186-4, D.1.2. */
export const curves: readonly Curve[] = [
  {
    oid: '1.3.132.0.33',
    jose: 'P-224',
    openssl: 'secp224r1',
    bytes: 28,
    order: 0xffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3dn,
  },
  {
    oid: '1.2.840.10045.3.1.7',
    jose: 'P-256',
    openssl: 'prime256v1',
    bytes: 32,
    order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  },
  {
    oid: '1.3.132.0.34',
    jose: 'P-384',
    openssl: 'secp384r1',
    bytes: 48,
    order:
      0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  },
  {
    oid: '1.3.132.0.35',
    jose: 'P-521',
    openssl: 'secp521r1',
    bytes: 66,
    order:
      0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
  },
]

/** The uncompressed point (SEC 1, 2.3.3) of a private scalar. Throws FunctionError when the scalar is out of range. */
export function publicPoint(curve: Curve, scalar: Buffer): Buffer {
  const value = BigInt(`0x0${scalar.toString('hex')}`)
  if (value <= 0n || value >= curve.order)
    throw new FunctionError('the private key is no number of its elliptic curve')
  const ecdh = createECDH(curve.openssl)
  ecdh.setPrivateKey(scalar)
  return ecdh.getPublicKey()
}

/** A number as long as the scalars of a curve; leading zeros come and go. Throws FunctionError when it is longer. */
export function paddedTo(bytes: number, number: Buffer): Buffer {
  const first = number.findIndex((byte) => byte !== 0)
  const digits = first < 0 ? Buffer.alloc(0) : number.subarray(first)
  if (digits.length > bytes) throw new FunctionError('the key holds a number too long for its elliptic curve')
  return Buffer.concat([Buffer.alloc(bytes - digits.length), digits])
}
