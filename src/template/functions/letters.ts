/**
 * Letters as Go's unicode package (Unicode 15.0) sees them: one character becomes one character, where JavaScript
 * follows a newer Unicode and may make several of one (`ß` to `SS`).
 */

/** Cased letters that Unicode got after version 15.0, for which Go has no other case yet. */
const newerThanGo =
  /[\u1c89\u1c8a\ua7cb-\ua7cf\ua7d2\ua7d4\ua7da-\ua7dc\u{10d50}-\u{10d85}\u{16ea0}-\u{16ed3}]/u

/** Greek letters with iota subscript: JavaScript makes two letters of them, Go the one at this distance. */
const withIota: readonly (readonly [first: number, last: number, distance: number])[] = [
  [0x1f80, 0x1f87, 8],
  [0x1f90, 0x1f97, 8],
  [0x1fa0, 0x1fa7, 8],
  [0x1fb3, 0x1fb3, 9],
  [0x1fc3, 0x1fc3, 9],
  [0x1ff3, 0x1ff3, 9],
]

/** The letters that have a title case of their own, in triples of upper, title and lower case. */
const digraphs = [0x1c4, 0x1c7, 0x1ca, 0x1f1]

/** The upper case of a character. */
export function toUpper(rune: number): number {
  if (rune < 0x80) return rune >= 0x61 && rune <= 0x7a ? rune - 32 : rune
  for (const [first, last, distance] of withIota) if (rune >= first && rune <= last) return rune + distance
  const letter = String.fromCodePoint(rune)
  return oneFor(letter, letter.toUpperCase())
}

/** The lower case of a character. */
export function toLower(rune: number): number {
  if (rune < 0x80) return rune >= 0x41 && rune <= 0x5a ? rune + 32 : rune
  if (rune === 0x130) return 0x69
  const letter = String.fromCodePoint(rune)
  return oneFor(letter, letter.toLowerCase())
}

/** The title case of a character: of `ǆ` it is `ǅ`, of most letters the upper case. */
export function toTitle(rune: number): number {
  const triple = digraphs.find((first) => rune >= first && rune <= first + 2)
  if (triple !== undefined) return triple + 1
  return isGeorgian(rune) ? rune : toUpper(rune)
}

/** What another case makes of a letter, where that is one letter that Go knows; else the letter itself. */
function oneFor(letter: string, changed: string): number {
  const rune = changed.codePointAt(0) ?? 0
  const isOne = changed.length === (rune > 0xffff ? 2 : 1)
  return (isOne && !newerThanGo.test(letter + changed) ? rune : letter.codePointAt(0)) ?? 0
}

/** Georgian has upper case letters, but begins no word with one. */
function isGeorgian(rune: number): boolean {
  return rune >= 0x10d0 && rune <= 0x10ff
}

/** True for what Go's unicode.IsSpace says is white space. */
export function isSpace(rune: number): boolean {
  if (rune < 0x100) return rune === 0x20 || (rune >= 9 && rune <= 13) || rune === 0x85 || rune === 0xa0
  if (rune >= 0x2000 && rune <= 0x200a) return true
  return [0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000].includes(rune)
}

/** True for a letter of any script. */
export const isLetter = classOf(/\p{L}/u)
/** True for an upper case letter. */
export const isUpper = classOf(/\p{Lu}/u)
/** True for a lower case letter. */
export const isLower = classOf(/\p{Ll}/u)
/** True for a decimal digit of any script. */
export const isDigit = classOf(/\p{Nd}/u)
/** True for a digit or another number, such as a Roman numeral. */
export const isNumber = classOf(/\p{N}/u)
/** True for punctuation, the dash and the underscore too. */
export const isPunctuation = classOf(/\p{P}/u)

function classOf(category: RegExp): (rune: number) => boolean {
  return (rune) => category.test(String.fromCodePoint(rune))
}
