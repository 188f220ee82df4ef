import { FunctionError } from '../error.ts'
import type { GoString } from '../value/value.ts'
import type { Certificate } from './certificate.ts'
import { DerReader } from './der-reader.ts'
import { ipText } from './ip.ts'
import { uriText } from './uri-text.ts'

const kinds = { email: 0x81, dns: 0x82, uri: 0x86, ip: 0x87 } as const
const order = [kinds.dns, kinds.ip, kinds.email, kinds.uri]

/** The subject alternative names (RFC 5280, 4.2.1.6): names of DNS, IP and e-mail addresses, URIs, in that order. */
export function alternativeNames({ subjectAltName }: Certificate): readonly GoString[] {
  if (subjectAltName === undefined) return []
  const names: { tag: number; text: GoString }[] = []
  for (const list = new DerReader(subjectAltName, "the certificate's names").inside(); !list.isEmpty; ) {
    const { tag, content } = list.any()
    names.push({ tag, text: textOfName(tag, content) })
  }
  return order.flatMap((kind) => names.filter(({ tag }) => tag === kind)).map(({ text }) => text)
}

function textOfName(kind: number, content: Buffer): GoString {
  if (kind === kinds.ip) return ipAddress(content)
  if (content.some((byte) => byte >= 0x80) && isText(kind))
    throw new FunctionError('the certificate has an alternative name beyond ASCII')
  return kind === kinds.uri ? uriText(content.toString('latin1')) : content.toString('latin1')
}

const isText = (kind: number): boolean => kind === kinds.dns || kind === kinds.email || kind === kinds.uri

function ipAddress(content: Buffer): GoString {
  if (content.length === 4 || content.length === 16) return ipText(content)
  throw new FunctionError('the certificate has an IP address of neither 4 nor 16 bytes')
}
