import { FunctionError } from '../error.ts'
import type { GoString } from '../value/value.ts'

/** Parts of a URL in which different characters stand for themselves. */
export type UrlPart = 'path' | 'host' | 'zone' | 'userinfo' | 'fragment'

const plain: Readonly<Record<UrlPart, RegExp>> = {
  path: /[0-9A-Za-z\-_.~$&+,/:;=@]/,
  host: /[0-9A-Za-z\-_.~!$&'()*+,;=:[\]<>"]/,
  zone: /[0-9A-Za-z\-_.~!$&'()*+,;=:[\]<>"]/,
  userinfo: /[0-9A-Za-z\-_.~$&+,;=]/,
  fragment: /[0-9A-Za-z\-_.~$&+,/:;=?@!()*]/,
}

/** The text with every byte that cannot stand in that part of a URL as `%41`. */
export function escapeUrl(text: GoString, part: UrlPart): GoString {
  return text.replaceAll(/[^]/g, (byte) => (plain[part].test(byte) ? byte : percent(byte)))
}

function percent(byte: string): string {
  return `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}

const escapes = /%([0-9A-Fa-f]{2})?/g

/** The bytes that a part of a URL stands for. Throws FunctionError for a bad escape, or one its part cannot have. */
export function unescapeUrl(text: GoString, part: UrlPart): GoString {
  if (part === 'host' || part === 'zone') checkHostBytes(text, part)
  return text.replaceAll(escapes, (escape, digits: string | undefined) => {
    if (digits === undefined) throw new FunctionError('finds a bad escape in the URL')
    const byte = String.fromCharCode(Number.parseInt(digits, 16))
    checkEscape(escape, byte, part)
    return byte
  })
}

/** Of ASCII a host may hold only what needs no escape. */
function checkHostBytes(text: GoString, part: UrlPart): void {
  for (const byte of text)
    if (byte < '\u0080' && byte !== '%' && !plain[part].test(byte))
      throw new FunctionError('finds a character in the URL that no host has')
}

/** A host has no escapes of ASCII but that of `%`; a zone also of blanks and of what needs no escape. */
function checkEscape(escape: GoString, byte: string, part: UrlPart): void {
  if (escape === '%25' || (part !== 'host' && part !== 'zone')) return
  const isAllowed = part === 'host' ? byte >= '\u0080' : byte === ' ' || plain.host.test(byte)
  if (!isAllowed) throw new FunctionError('finds an escape in the URL that no host has')
}
