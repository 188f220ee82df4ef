// The library's containers need the metadata API before they are loaded.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata'
import { randomBytes, webcrypto } from 'node:crypto'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  type PublicKey,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'

cryptoProvider.set(globalThis.crypto)

/** What a certificate is to be like; names and subject are those of the CSR. */
export interface Terms {
  readonly seconds: number
  readonly isCA?: boolean
  readonly keyUsage?: readonly KeyUsageFlags[]
  /** OIDs. */
  readonly extendedKeyUsages?: readonly string[]
  /** Before now; 30 s, as Vault's, unless said. */
  readonly backdateSeconds?: number
}

/** What a CA can do wrong. */
export type Mischief = 'wrong-key' | 'expired' | 'unordered' | 'duplicated'

/** What was issued: DER. `chain` is what a CA sends beside the leaf, `bundle` all in one heap. */
export interface IssuedChain {
  readonly leaf: Uint8Array
  readonly chain: readonly Uint8Array[]
  readonly bundle: readonly Uint8Array[]
  readonly root: Uint8Array
  readonly serial: string
  readonly notAfter: Date
}

/** A certificate and its key, for a server or a client. */
export interface KeyPairPem {
  readonly certificatePem: string
  readonly privateKeyPem: string
}

const curve = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

interface Signer {
  readonly certificate: X509Certificate
  readonly keys: webcrypto.CryptoKeyPair
}

/** The CA behind every stand-in: a root and an intermediate in memory, made anew for each test file. */
export class PkiAuthority {
  mischief: Mischief | undefined
  /** Certificates made for CSRs. */
  issued = 0
  readonly rootPem: string
  readonly #root: Signer
  readonly #intermediate: Signer

  private constructor(root: Signer, intermediate: Signer) {
    this.#root = root
    this.#intermediate = intermediate
    this.rootPem = pem('CERTIFICATE', root.certificate.rawData)
  }

  static async make(name = 'keyferry-test-pki'): Promise<PkiAuthority> {
    const root = await authority(`CN=${name} root`)
    return new PkiAuthority(root, await authority(`CN=${name} issuing`, root))
  }

  /** Signs a CSR after its own signature was verified; throws for one that is none. */
  async sign(csrPem: string, terms: Terms): Promise<IssuedChain> {
    const csr = new Pkcs10CertificateRequest(csrPem)
    if (!(await csr.verify())) throw new Error('the CSR is not signed by its key')
    const san = csr.extensions.filter((it) => it instanceof SubjectAlternativeNameExtension)
    const publicKey = this.mischief === 'wrong-key' ? (await newKeys()).publicKey : csr.publicKey
    const certificate = await certify(this.#intermediate, {
      ...terms,
      subject: csr.subjectName,
      publicKey,
      more: san,
      isExpired: this.mischief === 'expired',
    })
    this.issued += 1
    return this.#chainOf(certificate)
  }

  /** A serving certificate; for 127.0.0.1 and localhost unless said. */
  async serving(names: readonly string[] = ['localhost', '127.0.0.1']): Promise<KeyPairPem> {
    const keys = await newKeys()
    const alternatives = names.map((value) =>
      /^[\d.]+$/.test(value) ? { type: 'ip' as const, value } : { type: 'dns' as const, value },
    )
    return this.#pair(keys, '1.3.6.1.5.5.7.3.1', [new SubjectAlternativeNameExtension(alternatives)])
  }

  /** A client certificate. */
  async client(): Promise<KeyPairPem> {
    return this.#pair(await newKeys(), '1.3.6.1.5.5.7.3.2', [])
  }

  async #pair(keys: webcrypto.CryptoKeyPair, usage: string, more: readonly Extension[]): Promise<KeyPairPem> {
    const terms = { seconds: 86_400, extendedKeyUsages: [usage], keyUsage: [KeyUsageFlags.digitalSignature] }
    const subject = 'CN=keyferry-test'
    const certificate = await certify(this.#root, { ...terms, subject, publicKey: keys.publicKey, more })
    const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
    return { certificatePem: pem('CERTIFICATE', certificate.rawData), privateKeyPem: pem('PRIVATE KEY', key) }
  }

  #chainOf(certificate: X509Certificate): IssuedChain {
    const leaf = new Uint8Array(certificate.rawData)
    const intermediate = new Uint8Array(this.#intermediate.certificate.rawData)
    const root = new Uint8Array(this.#root.certificate.rawData)
    const chain = {
      unordered: [root, intermediate],
      duplicated: [intermediate, leaf, intermediate, root, root],
      usual: [intermediate, root],
    }[this.mischief === 'unordered' || this.mischief === 'duplicated' ? this.mischief : 'usual']
    const bundle = this.mischief === 'unordered' ? [...chain, leaf] : [leaf, ...chain]
    const serial = certificate.serialNumber
    return { leaf, chain, bundle, root, serial, notAfter: certificate.notAfter }
  }
}

/** DER as PEM, lines of 64. */
export function pem(label: string, der: Uint8Array | ArrayBuffer): string {
  const lines =
    Buffer.from(der as Uint8Array)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(curve, true, ['sign', 'verify'])
}

async function authority(subject: string, parent?: Signer): Promise<Signer> {
  const keys = await newKeys()
  const usage = [KeyUsageFlags.keyCertSign, KeyUsageFlags.cRLSign]
  const wanted = {
    seconds: 864_000,
    isCA: true,
    keyUsage: usage,
    subject,
    publicKey: keys.publicKey,
    more: [],
  }
  return { keys, certificate: await certify(parent ?? { keys, certificate: undefined }, wanted) }
}

interface Wanted extends Terms {
  readonly subject: string | X509Certificate['subjectName']
  readonly publicKey: PublicKey | webcrypto.CryptoKey
  readonly more: readonly Extension[]
  readonly isExpired?: boolean
}

async function certify(
  by: { readonly keys: webcrypto.CryptoKeyPair; readonly certificate: X509Certificate | undefined },
  { seconds, isCA = false, keyUsage, extendedKeyUsages, backdateSeconds = 30, ...wanted }: Wanted,
): Promise<X509Certificate> {
  const nowMs = wanted.isExpired === true ? Date.now() - 7_200_000 : Date.now()
  const lifeMs = wanted.isExpired === true ? 3_600_000 : seconds * 1000
  const extensions = [
    new BasicConstraintsExtension(isCA, undefined, true),
    ...(keyUsage === undefined ? [] : [new KeyUsagesExtension(allOf(keyUsage), true)]),
    ...(extendedKeyUsages === undefined || extendedKeyUsages.length === 0
      ? []
      : [new ExtendedKeyUsageExtension([...extendedKeyUsages])]),
    await SubjectKeyIdentifierExtension.create(wanted.publicKey),
    await AuthorityKeyIdentifierExtension.create(by.keys.publicKey),
    ...wanted.more,
  ]
  return X509CertificateGenerator.create({
    serialNumber: `4${randomBytes(15).toString('hex').slice(1)}`,
    subject: wanted.subject,
    issuer: by.certificate?.subjectName ?? wanted.subject,
    notBefore: new Date(nowMs - backdateSeconds * 1000),
    notAfter: new Date(nowMs + lifeMs),
    publicKey: wanted.publicKey,
    signingKey: by.keys.privateKey,
    signingAlgorithm: curve,
    extensions,
  })
}

function allOf(flags: readonly KeyUsageFlags[]): KeyUsageFlags {
  // Flags together are one of their own type to the library.
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment
  return flags.reduce<number>((sum, it) => sum | it, 0)
}
