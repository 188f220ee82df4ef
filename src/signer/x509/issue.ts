import { randomBytes, type webcrypto } from 'node:crypto'
import { keyIdOf } from './key-id.ts'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  Extension,
  type KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  PublicKey,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from './library.ts'

/** What a certificate is to say, and who signs it. */
export interface Issuance {
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array
  /** Distinguished names, DER, copied as they are. */
  readonly subject: Uint8Array
  readonly issuer: Uint8Array
  readonly signer: CertificateSigner
  readonly notBeforeMs: number
  readonly notAfterMs: number
  readonly basicConstraints: { readonly ca: boolean; readonly pathLength?: number | undefined }
  /** Bits as in `usages.ts`; none leaves the extension out, since an empty one is not allowed (RFC 5280 section 4.2.1.3). */
  readonly keyUsage: number
  /** OIDs; empty leaves the extension out. */
  readonly extendedKeyUsages: readonly string[]
  /** The value of a subjectAltName extension; critical where the subject is empty (RFC 5280 section 4.2.1.6). */
  readonly names?: { readonly der: Uint8Array; readonly isCritical: boolean } | undefined
}

/** A private key that signs, with what its certificate says of it. */
export interface CertificateSigner {
  readonly key: webcrypto.CryptoKey
  /** Of ECDSA; RSA keys carry theirs, Ed25519 has none. */
  readonly hash: 'SHA-256' | 'SHA-384' | 'SHA-512'
  /** Hexadecimal; what the authority key identifier of issued certificates says. */
  readonly keyId: string
}

/** A certificate of version 3 with a random serial of 20 bytes: its DER. */
export async function issue(issuance: Issuance): Promise<Uint8Array> {
  const { signer } = issuance
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: new Name(new Uint8Array(issuance.subject)),
    issuer: new Name(new Uint8Array(issuance.issuer)),
    notBefore: new Date(issuance.notBeforeMs),
    notAfter: new Date(issuance.notAfterMs),
    publicKey: new PublicKey(new Uint8Array(issuance.spki)),
    signingKey: signer.key,
    signingAlgorithm: { name: signer.key.algorithm.name, hash: signer.hash },
    extensions: extensionsOf(issuance),
  })
  return new Uint8Array(certificate.rawData)
}

function extensionsOf({ basicConstraints, names, ...issuance }: Issuance): Extension[] {
  const { ca, pathLength } = basicConstraints
  // The library's type names single bits; the extension holds several.
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment
  const flags: KeyUsageFlags = issuance.keyUsage
  return [
    new BasicConstraintsExtension(ca, pathLength, true),
    ...(issuance.keyUsage === 0 ? [] : [new KeyUsagesExtension(flags, true)]),
    ...(issuance.extendedKeyUsages.length > 0
      ? [new ExtendedKeyUsageExtension([...issuance.extendedKeyUsages])]
      : []),
    ...(names ? [new Extension('2.5.29.17', names.isCritical, new Uint8Array(names.der))] : []),
    new SubjectKeyIdentifierExtension(keyIdOf(issuance.spki)),
    new AuthorityKeyIdentifierExtension(issuance.signer.keyId),
  ]
}

/** 20 bytes, positive, never with a zero in front (RFC 5280 section 4.1.2.2). */
function serial(): string {
  const bytes = randomBytes(20)
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40
  return bytes.toString('hex')
}

/** The DER of a distinguished name that holds one common name. */
export function commonName(text: string): Uint8Array {
  return new Uint8Array(new Name([{ CN: [{ utf8String: text }] }]).toArrayBuffer())
}
