import { createPrivateKey, createPublicKey } from 'node:crypto'
import { keyIdOf } from '../../src/signer/x509/key-id.ts'
import { loadX509 } from '../../src/signer/x509/load.ts'
import { type KeyKind, keyPem } from './openssl.ts'

const { commonName, issue } = await loadX509()

/** Who is certified or certifies: a name and a key of its kind. Those of one kind share a key. */
export interface Party {
  readonly name: string
  readonly key: 'P-256' | 'P-384' | 'P-521'
}

export interface CertificateOptions {
  readonly subject: Party
  readonly issuer: Party
  readonly isCA?: boolean
  readonly pathLength?: number | undefined
  readonly names?: Uint8Array | undefined
  /** DER of the subject, instead of the party's common name. */
  readonly subjectDer?: Uint8Array | undefined
  readonly keyUsage?: number
  readonly extendedKeyUsages?: readonly string[]
  readonly notBeforeMs?: number
  readonly notAfterMs?: number
  /** What the authority key identifier says, instead of the truth. */
  readonly keyId?: string
}

const hashes = { 'P-256': 'SHA-256', 'P-384': 'SHA-384', 'P-521': 'SHA-512' } as const

/** The time at which everything in these tests happens. */
export const nowMs = Date.parse('2026-11-21T12:00:00Z')

/** SubjectPublicKeyInfo of the key of a kind, DER. */
function spkiOf(kind: KeyKind): Uint8Array {
  return new Uint8Array(createPublicKey(keyPem(kind)).export({ type: 'spki', format: 'der' }))
}

/** A certificate of any content, right or wrong: its DER. */
export function certificate(options: CertificateOptions): Promise<Uint8Array> {
  const { subject, issuer, isCA = false, names } = options
  const key = createPrivateKey(keyPem(issuer.key))
  const params = { name: 'ECDSA', namedCurve: issuer.key }
  return issue({
    spki: spkiOf(subject.key),
    subject: options.subjectDer ?? commonName(subject.name),
    issuer: commonName(issuer.name),
    signer: {
      key: key.toCryptoKey(params, false, ['sign']),
      hash: hashes[issuer.key],
      keyId: options.keyId ?? keyIdOf(spkiOf(issuer.key)),
    },
    notBeforeMs: options.notBeforeMs ?? nowMs - 30_000,
    notAfterMs: options.notAfterMs ?? nowMs + 3_600_000,
    basicConstraints: { ca: isCA, pathLength: options.pathLength },
    keyUsage: options.keyUsage ?? (isCA ? 0x60 : 0x05),
    extendedKeyUsages: options.extendedKeyUsages ?? [],
    names: names && { der: names, isCritical: options.subjectDer?.length === 2 },
  })
}
