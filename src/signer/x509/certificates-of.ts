import { readDer } from './der.ts'
import { decodeBase64, type PemBlock, pemBlocks } from './pem.ts'
import { certificatesOfPkcs7 } from './pkcs7.ts'
import { refusing, Unreadable } from './refusal.ts'

/** How a PKI hands certificates out. */
export const certificateEncodings = [
  'pem',
  'base64-pem',
  'der',
  'base64-der',
  'pkcs7-pem',
  'base64-pkcs7',
] as const

export type CertificateEncoding = (typeof certificateEncodings)[number]

const mostBytes = 1024 * 1024
const mostCertificates = 100

const certificateLabels = ['CERTIFICATE', 'X509 CERTIFICATE']
const pkcs7Labels = ['PKCS7', 'CMS', 'PKCS #7 SIGNED DATA']

/**
 * The certificates in `data`, DER each, in their order; whether they are X.509 is judged by `publish`. At most 1 MiB
 * and 100 certificates. Throws SignFailure `Refused`; its message names `what` was read and shows nothing of it.
 */
export function certificatesOf(
  data: Uint8Array | string,
  encoding: CertificateEncoding,
  what: string,
): readonly Uint8Array[] {
  return refusing(what, () => {
    if (Buffer.byteLength(data) > mostBytes) throw new Unreadable('it is larger than 1 MiB')
    const certificates = readers[encoding](data)
    if (certificates.length === 0) throw new Unreadable('it holds no certificate')
    if (certificates.length > mostCertificates) throw new Unreadable('it holds more than 100 certificates')
    for (const it of certificates) readDer(it)
    return certificates
  })
}

const readers: Readonly<Record<CertificateEncoding, (data: Uint8Array | string) => Uint8Array[]>> = {
  pem: (data) => certificatesOfPem(textOf(data)),
  'base64-pem': (data) => certificatesOfPem(textOf(decodeBase64(textOf(data)))),
  der: (data) => [new Uint8Array(typeof data === 'string' ? Buffer.from(data) : data)],
  'base64-der': (data) => [decodeBase64(textOf(data))],
  'pkcs7-pem': (data) => certificatesOfPkcs7(pkcs7Block(textOf(data))),
  'base64-pkcs7': (data) => certificatesOfPkcs7(decodeBase64(textOf(data))),
}

function certificatesOfPem(text: string): Uint8Array[] {
  return pemBlocks(text, mostCertificates).map((it) => contentOf(it, certificateLabels))
}

function pkcs7Block(text: string): Uint8Array {
  const [block] = pemBlocks(text, 1)
  if (block === undefined) throw new Unreadable('it holds no PEM block')
  return contentOf(block, pkcs7Labels)
}

function contentOf(block: PemBlock, labels: readonly string[]): Uint8Array {
  if (block.label.endsWith('PRIVATE KEY'))
    throw new Unreadable('it holds a private key, and none must travel')
  if (!labels.includes(block.label)) throw new Unreadable(`it holds a PEM block that is no ${labels[0]}`)
  return block.der
}

function textOf(data: Uint8Array | string): string {
  if (typeof data === 'string') return data
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(data)
  } catch {
    throw new Unreadable('it is not text')
  }
}
