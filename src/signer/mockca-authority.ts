import { X509Certificate } from 'node:crypto'
import type { MockCAConfig } from './mockca-config.ts'
import { makeKey } from './mockca-key.ts'
import { keyUsageBits } from './usages.ts'
import type { CertificateSigner } from './x509/issue.ts'
import { keyIdOf } from './x509/key-id.ts'
import { loadX509 } from './x509/load.ts'

/** A CA that signs. */
export interface Authority {
  readonly signer: CertificateSigner
  /** Its distinguished name, DER. */
  readonly name: Uint8Array
  readonly certificate: X509Certificate
  /** Its own certificate and what is known above it; DER. */
  readonly chain: readonly Uint8Array[]
}

/** Machines whose clock is a little behind must be able to trust it at once. */
const backdateMs = 60_000

/** Makes a CA with a new key; both live in memory only. */
export async function makeAuthority(config: MockCAConfig, nowMs: number): Promise<Authority> {
  const { commonName, issue } = await loadX509()
  const { spki, ...key } = await makeKey(config.keyAlgorithm)
  const name = commonName(config.commonName)
  const der = await issue({
    spki,
    subject: name,
    issuer: name,
    signer: { ...key, keyId: keyIdOf(spki) },
    notBeforeMs: nowMs - backdateMs,
    notAfterMs: nowMs + config.validity,
    basicConstraints: { ca: true },
    keyUsage: keyUsageBits.digitalSignature | keyUsageBits.keyCertSign | keyUsageBits.cRLSign,
    extendedKeyUsages: [],
  })
  return authorityOf([der], key)
}

/** A CA from its certificates, its own first, and its key. Throws SignFailure `Refused` when they cannot be read. */
export async function authorityOf(
  chain: readonly [Uint8Array, ...Uint8Array[]],
  key: Pick<CertificateSigner, 'key' | 'hash'>,
): Promise<Authority> {
  const { readCertificate } = await loadX509()
  const { subject, keyId } = readCertificate(chain[0])
  return { signer: { ...key, keyId }, name: subject.der, certificate: new X509Certificate(chain[0]), chain }
}
