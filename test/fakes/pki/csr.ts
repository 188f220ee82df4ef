// The library's containers need the metadata API before they are loaded.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import {
  cryptoProvider,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
} from '@peculiar/x509'

cryptoProvider.set(globalThis.crypto)

export interface CsrOptions {
  readonly commonName?: string
  readonly dnsNames?: readonly string[]
  readonly ipAddresses?: readonly string[]
  readonly uris?: readonly string[]
  readonly emails?: readonly string[]
  readonly organization?: string
}

const curve = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** A CSR as cert-manager would make it, by a new P-256 key that nobody keeps. */
export async function makeCsr(options: CsrOptions = {}): Promise<string> {
  const { commonName, dnsNames = [], ipAddresses = [], uris = [], emails = [], organization } = options
  const keys = await webcrypto.subtle.generateKey(curve, false, ['sign', 'verify'])
  const names = [
    ...dnsNames.map((value) => ({ type: 'dns' as const, value })),
    ...ipAddresses.map((value) => ({ type: 'ip' as const, value })),
    ...uris.map((value) => ({ type: 'url' as const, value })),
    ...emails.map((value) => ({ type: 'email' as const, value })),
  ]
  const subject = [
    ...(commonName === undefined ? [] : [{ CN: [commonName] }]),
    ...(organization === undefined ? [] : [{ O: [organization] }]),
  ]
  const csr = await Pkcs10CertificateRequestGenerator.create({
    name: subject,
    keys,
    signingAlgorithm: curve,
    extensions: names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)],
  })
  return `${csr.toString('pem')}\n`
}
