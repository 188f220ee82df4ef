import { verify } from 'node:crypto'
import { promisify } from 'node:util'
import type { Element } from './der.ts'
import type { PublicKeyFacts } from './key.ts'
import { Pkcs10CertificateRequest } from './library.ts'
import { Unreadable } from './refusal.ts'

/** On a thread beside ours, which all requests share. */
const verified = promisify(verify)

interface Algorithm {
  readonly keyType: 'rsa' | 'ec' | 'ed25519'
  readonly hash: string | null
}

/** Signature algorithms by OID (RFC 4055, RFC 5758, RFC 8410). */
const algorithms: ReadonlyMap<string, Algorithm> = new Map([
  ['1.2.840.113549.1.1.11', { keyType: 'rsa', hash: 'sha256' }],
  ['1.2.840.113549.1.1.12', { keyType: 'rsa', hash: 'sha384' }],
  ['1.2.840.113549.1.1.13', { keyType: 'rsa', hash: 'sha512' }],
  ['1.2.840.10045.4.3.2', { keyType: 'ec', hash: 'sha256' }],
  ['1.2.840.10045.4.3.3', { keyType: 'ec', hash: 'sha384' }],
  ['1.2.840.10045.4.3.4', { keyType: 'ec', hash: 'sha512' }],
  ['1.3.101.112', { keyType: 'ed25519', hash: null }],
])

const pss = '1.2.840.113549.1.1.10'
const sha1 = ['1.2.840.113549.1.1.5', '1.2.840.10045.4.1']

export interface SignedCsr {
  readonly der: Uint8Array
  readonly key: PublicKeyFacts
  /** The part that is signed. */
  readonly info: Element
  readonly algorithm: string
  readonly signature: Element
}

/** Whether a CSR is signed by its own key. Throws Unreadable for algorithms that are weak or not known. */
export async function isSelfSigned(csr: SignedCsr): Promise<boolean> {
  const { algorithm: oid, key, info, signature } = csr
  if (sha1.includes(oid)) throw new Unreadable('it is signed with SHA-1')
  // Its hash and salt stand in parameters, which the library reads.
  if (oid === pss) return isSignedWithPss(csr)
  const algorithm = algorithms.get(oid)
  if (algorithm === undefined) throw new Unreadable('it is signed with an algorithm that is not known')
  if (key.object.asymmetricKeyType !== algorithm.keyType || signature.content[0] !== 0) return false
  return await verified(algorithm.hash, info.whole, key.object, signature.content.subarray(1))
}

async function isSignedWithPss({ der }: SignedCsr): Promise<boolean> {
  const request = new Pkcs10CertificateRequest(new Uint8Array(der))
  if (request.signatureAlgorithm.hash?.name === 'SHA-1') throw new Unreadable('it is signed with SHA-1')
  return await request.verify()
}
