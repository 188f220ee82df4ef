import { runeAt } from './bytes.ts'
import type { GoString } from './value.ts'
import { YamlFault } from './yaml-fault.ts'

/** Characters that may be read, and the fault of the first that may not. */
export interface YamlText {
  readonly text: string
  readonly fault: YamlFault | undefined
}

/** go-yaml reads so many bytes ahead, and finds a character that is not allowed only there. */
const chunkBytes = 512
const byteOrderMark = '\xef\xbb\xbf'
const usual = /^[\t\n\r\x20-\x7e]*$/

/** The characters of a YAML text, less its byte order mark. */
export function yamlText(bytes: GoString): YamlText {
  if (usual.test(bytes)) return { text: bytes, fault: undefined }
  const starts: number[] = []
  let text = ''
  for (let at = bytes.startsWith(byteOrderMark) ? 3 : 0; at < bytes.length; ) {
    const { rune, width } = runeAt(bytes, at)
    if (at >= starts.length * chunkBytes) starts.push(text.length)
    const message = faultOf(bytes, at, rune, width)
    if (message !== undefined) return { text: text.slice(0, starts.at(-1)), fault: new YamlFault(message) }
    text += String.fromCodePoint(rune)
    at += width
  }
  return { text, fault: undefined }
}

function faultOf(bytes: GoString, at: number, rune: number, width: number): string | undefined {
  if (rune === 0xfffd && width === 1) return faultOfBytes(bytes, at)
  return isAllowed(rune) ? undefined : 'control characters are not allowed'
}

function isAllowed(rune: number): boolean {
  if (rune < 0x20) return rune === 0x09 || rune === 0x0a || rune === 0x0d
  if (rune >= 0x7f && rune < 0xa0) return rune === 0x85
  return rune !== 0xfffe && rune !== 0xffff
}

/** Which rule of UTF-8 the bytes break. */
function faultOfBytes(bytes: GoString, at: number): string {
  const first = bytes.charCodeAt(at)
  const width = widthOf(first)
  if (width === 0) return 'invalid leading UTF-8 octet'
  if (at + width > bytes.length) return 'incomplete UTF-8 octet sequence'
  let value = first & (0x7f >> width)
  for (let next = at + 1; next < at + width; next++) {
    const byte = bytes.charCodeAt(next)
    if ((byte & 0xc0) !== 0x80) return 'invalid trailing UTF-8 octet'
    value = (value << 6) | (byte & 0x3f)
  }
  const isShort = value < ([0, 0, 0x80, 0x800, 0x10000][width] ?? 0)
  return isShort ? 'invalid length of a UTF-8 sequence' : 'invalid Unicode character'
}

function widthOf(first: number): number {
  if ((first & 0xe0) === 0xc0) return 2
  if ((first & 0xf0) === 0xe0) return 3
  return (first & 0xf8) === 0xf0 ? 4 : 0
}
