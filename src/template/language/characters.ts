import { runeAt } from '../value/bytes.ts'
import { isPrintable } from '../value/quote-printable.ts'
import type { GoString } from '../value/value.ts'

/** Whether a byte is one of the four that Go's templates take for space. */
export function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d
}

/** Whether a byte is an ASCII digit. */
export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

/** How many bytes the letter, digit or underscore at a place has; 0 when something else stands there. */
export function widthOfAlphaNumeric(text: GoString, at: number): number {
  const code = text.charCodeAt(at)
  if (code < 0x80) return isAsciiAlphaNumeric(code) ? 1 : 0
  if (at >= text.length) return 0
  const { rune, width } = runeAt(text, at)
  return letterOrDigit.test(String.fromCodePoint(rune)) ? width : 0
}

const letterOrDigit = /[\p{L}\p{Nd}]/u

function isAsciiAlphaNumeric(code: number): boolean {
  const lower = code | 0x20
  return (lower >= 0x61 && lower <= 0x7a) || isDigit(code) || code === 0x5f
}

/** The character at a place as Go's `%#U` shows it: `U+0026 '&'`. */
export function showCharacter(text: GoString, at: number): string {
  if (at >= text.length) return 'the end'
  const { rune } = runeAt(text, at)
  const shown = `U+${rune.toString(16).toUpperCase().padStart(4, '0')}`
  return isPrintable(rune) ? `${shown} '${String.fromCodePoint(rune)}'` : shown
}
