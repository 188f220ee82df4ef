import { SocketAddress } from 'node:net'
import { childrenOf, type Element, readDer } from './der.ts'
import { Unreadable } from './refusal.ts'

/** The subject alternative names of a CSR or certificate, by kind, in their order. */
export interface Names {
  readonly dns: readonly string[]
  /** As text: `10.0.0.1`, `2001:db8::1`. */
  readonly ip: readonly string[]
  readonly uri: readonly string[]
  readonly email: readonly string[]
  /** Every other kind (otherName, directoryName...): the whole GeneralName, DER. */
  readonly other: readonly Uint8Array[]
}

/** Tags of GeneralName (RFC 5280 section 4.2.1.6). */
const kinds: Readonly<Record<number, 'dns' | 'ip' | 'uri' | 'email'>> = {
  0x81: 'email',
  0x82: 'dns',
  0x86: 'uri',
  0x87: 'ip',
}

/** The names in the value of a subjectAltName extension; undefined is none. Throws Unreadable. */
export function readNames(value: Uint8Array | undefined): Names {
  const names = { dns: [] as string[], ip: [] as string[], uri: [] as string[], email: [] as string[] }
  const other: Uint8Array[] = []
  for (const it of value === undefined ? [] : childrenOf(readDer(value))) {
    const kind = kinds[it.tag]
    if (kind === undefined) other.push(it.whole)
    else names[kind].push(kind === 'ip' ? addressOf(it) : textOf(it))
  }
  return { ...names, other }
}

/** IA5String: printable ASCII only, so that no name can hide behind a NUL or a look-alike. */
function textOf({ content }: Element): string {
  const isPrintable = content.length > 0 && content.every((byte) => byte > 0x20 && byte < 0x7f)
  if (!isPrintable) throw new Unreadable('a subject alternative name in it is no printable ASCII')
  return Buffer.from(content).toString('latin1')
}

function addressOf({ content }: Element): string {
  if (content.length === 4) return content.join('.')
  if (content.length !== 16) throw new Unreadable('an IP address in it has neither 4 nor 16 bytes')
  const groups = Buffer.from(content).toString('hex').match(/.{4}/g) ?? []
  return new SocketAddress({ address: groups.join(':'), family: 'ipv6' }).address
}
