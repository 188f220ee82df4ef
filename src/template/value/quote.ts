import { bytesOf, goString, ofBytes, runesOf } from './bytes.ts'
import { isPrintable } from './quote-printable.ts'
import type { GoString } from './value.ts'

/** A text in double quotes as strconv.Quote writes it: what is not printable is escaped. */
export function quote(value: GoString): GoString {
  return quoteWith(value, false)
}

/** The same with everything beyond ASCII escaped (strconv.QuoteToASCII). */
export function quoteToAscii(value: GoString): GoString {
  return quoteWith(value, true)
}

/** A character in single quotes (strconv.QuoteRune); `rune` must be a code point and no surrogate. */
export function quoteRune(rune: number, isAsciiOnly: boolean): GoString {
  return `'${escape(rune, "'", isAsciiOnly)}'`
}

const printableAscii = /^[ -~]*$/
const pieceLength = 64 * 1024

function quoteWith(value: GoString, isAsciiOnly: boolean): GoString {
  if (printableAscii.test(value)) return `"${value.replace(/["\\]/g, '\\$&')}"`
  const pieces: GoString[] = []
  let piece = '"'
  for (const { rune, at, width } of runesOf(value)) {
    const isInvalid = rune === 0xfffd && width === 1
    piece += isInvalid ? `\\x${hex(value.charCodeAt(at), 2)}` : escape(rune, '"', isAsciiOnly)
    if (piece.length < pieceLength) continue
    pieces.push(inOnePiece(piece))
    piece = ''
  }
  return `${pieces.join('')}${piece}"`
}

/** A sum of strings is kept as a tree, some 32 bytes for each sum; this makes it plain text again. */
function inOnePiece(text: GoString): GoString {
  return ofBytes(bytesOf(text))
}

const named: ReadonlyMap<number, string> = new Map([
  [0x07, '\\a'],
  [0x08, '\\b'],
  [0x09, '\\t'],
  [0x0a, '\\n'],
  [0x0b, '\\v'],
  [0x0c, '\\f'],
  [0x0d, '\\r'],
])

function escape(rune: number, mark: string, isAsciiOnly: boolean): GoString {
  const text = String.fromCodePoint(rune)
  if (text === mark || text === '\\') return `\\${text}`
  if (isPrintable(rune) && !(isAsciiOnly && rune >= 0x80)) return goString(text)
  const name = named.get(rune)
  if (name !== undefined) return name
  if (rune < 0x20 || rune === 0x7f) return `\\x${hex(rune, 2)}`
  return rune < 0x10000 ? `\\u${hex(rune, 4)}` : `\\U${hex(rune, 8)}`
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}

/** Whether a raw string in back quotes can hold the text on one line (strconv.CanBackquote). */
export function fitsBackquotes(value: GoString): boolean {
  for (const { rune, width } of runesOf(value)) {
    if (width === 1 && (rune === 0xfffd || (rune < 0x20 && rune !== 0x09))) return false
    if (rune === 0x60 || rune === 0x7f || rune === 0xfeff) return false
  }
  return true
}
