import { createPrivateKey, randomBytes, sign, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { childrenOf, readDer } from '../../src/signer/x509/der.ts'
import { pem } from '../fakes/pki/authority.ts'
import { makeTwoTiers } from '../partners/pki-files.ts'

/** A CA whose signature costs little, so that a bench measures those who ask and not the CA. */
export interface QuickAuthority {
  /** The intermediate and the root. */
  readonly chain: readonly string[]
  /** A server certificate, in PEM, with the key and the names of a CSR of `makeCsr`; the CSR is not checked. */
  sign(csrPem: string, seconds: number): string
}

/** Makes a root and an intermediate in a folder. */
export async function quickAuthority(directory: string): Promise<QuickAuthority> {
  const files = await makeTwoTiers(directory, 'bench')
  const [root, intermediate, keyPem] = await Promise.all(
    [files.root, files.intermediate, files.intermediateKey].map((it) => readFile(it, 'utf8')),
  )
  const key = createPrivateKey(keyPem ?? '')
  const issuer = subjectOf(new X509Certificate(intermediate ?? ''))
  return {
    chain: [intermediate ?? '', root ?? ''],
    sign(csrPem, seconds) {
      const { spki, names } = asked(csrPem)
      const validity = sequence(time(Date.now() - 30_000), time(Date.now() + seconds * 1000))
      const serial = der(0x02, Buffer.concat([Buffer.of(0x40), randomBytes(15)]))
      const body = sequence(version3, serial, ecdsaWithSha256, issuer, validity, sequence(), spki, names)
      const signature = der(0x03, Buffer.concat([Buffer.of(0), sign('sha256', body, key)]))
      return pem('CERTIFICATE', sequence(body, ecdsaWithSha256, signature))
    },
  }
}

const ecdsaWithSha256 = Buffer.from('300a06082a8648ce3d040302', 'hex')
const version3 = Buffer.from('a003020102', 'hex')

function subjectOf({ raw }: X509Certificate): Uint8Array {
  const [body] = childrenOf(readDer(raw))
  return (body && childrenOf(body)[5]?.whole) ?? sequence()
}

/** What is taken from a CSR: its key, and the extensions that it asks for as the certificate's. */
function asked(csrPem: string): { spki: Uint8Array; names: Uint8Array } {
  const bytes = Buffer.from(csrPem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64')
  const [info] = childrenOf(readDer(bytes))
  const [, , spki, attributes] = info === undefined ? [] : childrenOf(info)
  const [attribute] = attributes === undefined ? [] : childrenOf(attributes)
  const [, values] = attribute === undefined ? [] : childrenOf(attribute)
  return { spki: spki?.whole ?? sequence(), names: der(0xa3, values?.content ?? sequence()) }
}

function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replaceAll(/\.\d+|\D/g, '')
  return der(0x17, Buffer.from(`${digits.slice(2)}Z`))
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return der(0x30, Buffer.concat(parts))
}

function der(tag: number, content: Uint8Array): Buffer {
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.of(tag, ...size), content])
}
