import { goString, runeAt } from '../value/bytes.ts'
import type { GoString } from '../value/value.ts'

/** What a string constant of Go means, in double quotes or backquotes; undefined when it is none. */
export function unquote(constant: GoString): GoString | undefined {
  const inner = constant.slice(1, -1)
  if (constant.startsWith('`')) return inner.replaceAll('\r', '')
  return inner.includes('\\') ? unescape(inner) : inner
}

/** The code point of a character constant of Go, in its quotes; undefined when it is none. */
export function unquoteCharacter(constant: GoString): number | undefined {
  const inner = constant.slice(1, -1)
  if (inner === '' || inner.startsWith("'")) return undefined
  const character = inner.startsWith('\\') ? escapeAt(inner, 0, "'") : plainAt(inner)
  return character?.width === inner.length ? character.code : undefined
}

function plainAt(text: GoString): Escape {
  const { rune, width } = runeAt(text, 0)
  return { code: rune, width, isByte: false }
}

function unescape(text: GoString): GoString | undefined {
  const parts: GoString[] = []
  let from = 0
  for (let at = text.indexOf('\\'); at !== -1; at = text.indexOf('\\', from)) {
    const escape = escapeAt(text, at, '"')
    if (escape === undefined) return undefined
    parts.push(text.slice(from, at), bytesOfEscape(escape))
    from = at + escape.width
  }
  return parts.join('') + text.slice(from)
}

/** What a backslash and the characters after it mean. */
interface Escape {
  readonly code: number
  /** Bytes in the template's text, the backslash with them. */
  readonly width: number
  /** `\x` and octal digits give a byte, the others a character. */
  readonly isByte: boolean
}

function bytesOfEscape({ code, isByte }: Escape): GoString {
  return isByte ? String.fromCharCode(code) : goString(String.fromCodePoint(code))
}

const letters: ReadonlyMap<string, number> = new Map([
  ['a', 0x07],
  ['b', 0x08],
  ['f', 0x0c],
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
  ['v', 0x0b],
  ['\\', 0x5c],
])

const hexDigits: ReadonlyMap<string, number> = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
])

function escapeAt(text: GoString, at: number, quote: string): Escape | undefined {
  const letter = text.charAt(at + 1)
  if (letter === quote) return { code: letter.charCodeAt(0), width: 2, isByte: false }
  const code = letters.get(letter)
  if (code !== undefined) return { code, width: 2, isByte: false }
  const digits = hexDigits.get(letter)
  if (digits !== undefined) return hexEscape(text.slice(at + 2, at + 2 + digits), digits)
  return octalEscape(text.slice(at + 1, at + 4))
}

function hexEscape(digits: string, count: number): Escape | undefined {
  if (digits.length !== count || !/^[0-9a-fA-F]+$/.test(digits)) return undefined
  const code = Number.parseInt(digits, 16)
  const isCharacter = code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
  return isCharacter ? { code, width: count + 2, isByte: count === 2 } : undefined
}

function octalEscape(digits: string): Escape | undefined {
  if (!/^[0-3][0-7]{2}$/.test(digits)) return undefined
  return { code: Number.parseInt(digits, 8), width: 4, isByte: true }
}
