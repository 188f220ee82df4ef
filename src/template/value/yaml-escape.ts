import type { YamlSource } from './yaml-source.ts'

/** What may follow a backslash between double quotes in YAML 1.1, less breaks and code points. */
const escapes = new Map([
  ['0', '\0'],
  ['a', '\x07'],
  ['b', '\b'],
  ['t', '\t'],
  ['\t', '\t'],
  ['n', '\n'],
  ['v', '\v'],
  ['f', '\f'],
  ['r', '\r'],
  ['e', '\x1b'],
  [' ', ' '],
  ['"', '"'],
  ["'", "'"],
  ['\\', '\\'],
  ['N', '\u0085'],
  ['_', '\u00a0'],
  ['L', '\u2028'],
  ['P', '\u2029'],
])
const lengths = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
])
const hexDigit = /^[0-9a-fA-F]$/

/** Takes a backslash and what follows: the character that they stand for. */
export function takeEscape(source: YamlSource): string {
  const letter = source.peek(1)
  const length = lengths.get(letter)
  const character = escapes.get(letter)
  if (length === undefined && character === undefined) throw source.fault('found unknown escape character')
  source.skip(2)
  return character ?? takeCodePoint(source, length ?? 0)
}

function takeCodePoint(source: YamlSource, length: number): string {
  let digits = ''
  for (let index = 0; index < length; index++) {
    const digit = source.peek(index)
    if (!hexDigit.test(digit)) throw source.fault('did not find expected hexdecimal number')
    digits += digit
  }
  const rune = Number.parseInt(digits, 16)
  if (rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff)) {
    throw source.fault('found invalid Unicode character escape code')
  }
  source.skip(length)
  return String.fromCodePoint(rune)
}
