import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import type { Redacted } from '../std/redacted.ts'
import { type Authority, authorityOf } from './mockca-authority.ts'
import { signingKeyOf } from './mockca-key.ts'
import { SignFailure } from './sign-failure.ts'
import { certificatesOf } from './x509/certificates-of.ts'

const place = 'the Secret of authSecretRef: '

type Credentials = ReadonlyMap<string, Redacted<Uint8Array>>

/**
 * The CA in a Secret of type kubernetes.io/tls: its certificate and what is above it in `tls.crt`, its key in `tls.key`.
 * Throws SignFailure `InvalidConfig`, naming the key of the Secret: missing, not readable, not a CA that is valid now,
 * not a pair.
 */
export async function readFixedCA(credentials: Credentials, nowMs: number): Promise<Authority> {
  const [own, ...above] = certificatesIn(credentials)
  if (own === undefined) throw invalid('tls.crt', 'holds no certificate')
  const certificate = readCertificate(own)
  const privateKey = readPrivateKey(credentials)
  if (!certificate.checkPrivateKey(privateKey)) throw invalid('tls.key', 'is not the key of tls.crt')
  const key = signingKeyOf(privateKey)
  if (key === undefined) throw invalid('tls.key', 'must be RSA, ECDSA on P-256, P-384 or P-521, or Ed25519')
  refuseUnfit(certificate, nowMs)
  return await authorityOf([own, ...above], key)
}

function certificatesIn(credentials: Credentials): readonly Uint8Array[] {
  const bytes = bytesAt(credentials, 'tls.crt')
  try {
    return certificatesOf(bytes, 'pem', `${place}tls.crt`)
  } catch (error) {
    throw new SignFailure('InvalidConfig', error instanceof SignFailure ? error.message : `${place}tls.crt`)
  }
}

function readCertificate(der: Uint8Array): X509Certificate {
  try {
    return new X509Certificate(der)
  } catch {
    throw invalid('tls.crt', 'holds a malformed certificate')
  }
}

function readPrivateKey(credentials: Credentials): KeyObject {
  const pem = Buffer.from(bytesAt(credentials, 'tls.key'))
  try {
    return createPrivateKey({ key: pem, format: 'pem' })
  } catch {
    throw invalid('tls.key', 'is no private key in PEM, or is encrypted')
  }
}

/** Whether a CA may sign now; its certificate says so itself. */
function refuseUnfit(certificate: X509Certificate, nowMs: number): void {
  if (!certificate.ca) throw invalid('tls.crt', 'begins with a certificate that is no CA')
  const isValid = certificate.validFromDate.getTime() <= nowMs && nowMs < certificate.validToDate.getTime()
  if (!isValid) throw invalid('tls.crt', 'begins with a CA certificate that is not valid now')
}

function bytesAt(credentials: Credentials, key: string): Uint8Array {
  const value = credentials.get(key)
  if (value === undefined) throw invalid(key, 'is missing; a mock CA from a Secret needs tls.crt and tls.key')
  return value.reveal()
}

function invalid(key: string, words: string): SignFailure {
  return new SignFailure('InvalidConfig', `${place}${key} ${words}`)
}
