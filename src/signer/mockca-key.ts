import { type KeyObject, webcrypto } from 'node:crypto'
import type { MockCAConfig } from './mockca-config.ts'
import type { CertificateSigner } from './x509/issue.ts'

type Params = webcrypto.RsaHashedKeyGenParams | webcrypto.EcKeyGenParams | { readonly name: 'Ed25519' }

type SigningKey = Pick<CertificateSigner, 'key' | 'hash'>

const p256 = { params: { name: 'ECDSA', namedCurve: 'P-256' }, hash: 'SHA-256' } as const
const p384 = { params: { name: 'ECDSA', namedCurve: 'P-384' }, hash: 'SHA-384' } as const
const p521 = { params: { name: 'ECDSA', namedCurve: 'P-521' }, hash: 'SHA-512' } as const
const ed25519 = { params: { name: 'Ed25519' }, hash: 'SHA-512' } as const

const algorithms: Readonly<
  Record<MockCAConfig['keyAlgorithm'], { params: Params; hash: CertificateSigner['hash'] }>
> = {
  'ECDSA-P256': p256,
  'ECDSA-P384': p384,
  'ECDSA-P521': p521,
  'RSA-2048': rsa(2048),
  'RSA-3072': rsa(3072),
  'RSA-4096': rsa(4096),
  Ed25519: ed25519,
}

/** A new signing key that cannot be exported, and its public half as SubjectPublicKeyInfo, DER. */
export async function makeKey(
  algorithm: MockCAConfig['keyAlgorithm'],
): Promise<SigningKey & { spki: Uint8Array }> {
  const { params, hash } = algorithms[algorithm]
  const pair = await webcrypto.subtle.generateKey(params, false, ['sign', 'verify'])
  if (!('privateKey' in pair)) throw new Error(`${algorithm} gave no key pair`)
  const spki = new Uint8Array(await webcrypto.subtle.exportKey('spki', pair.publicKey))
  return { key: pair.privateKey, hash, spki }
}

/** A given private key as one that signs and cannot be exported; undefined for kinds that sign no certificates here. */
export function signingKeyOf(key: KeyObject): SigningKey | undefined {
  const { namedCurve } = key.asymmetricKeyDetails ?? {}
  const kind = key.asymmetricKeyType === 'ec' ? namedCurve : key.asymmetricKeyType
  const { params, hash } = (kind !== undefined && kinds.get(kind)) || {}
  if (params === undefined || hash === undefined) return undefined
  return { key: key.toCryptoKey(params, false, ['sign']), hash }
}

const kinds = new Map<string, { params: Params; hash: CertificateSigner['hash'] }>([
  ['prime256v1', p256],
  ['secp384r1', p384],
  ['secp521r1', p521],
  ['rsa', rsa(2048)],
  ['ed25519', ed25519],
])

function rsa(modulusLength: number) {
  const publicExponent = new Uint8Array([1, 0, 1])
  return {
    params: { name: 'RSASSA-PKCS1-v1_5', modulusLength, publicExponent, hash: 'SHA-256' },
    hash: 'SHA-256',
  } as const
}
