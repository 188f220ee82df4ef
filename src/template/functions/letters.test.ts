import { expect, test } from 'vitest'
import { isSpace, toLower, toTitle, toUpper } from './letters.ts'

const cased = (map: (rune: number) => number, text: string) =>
  Array.from(text, (letter) => String.fromCodePoint(map(letter.codePointAt(0) ?? 0))).join('')

test.each([
  ['abc xyz', 'ABC XYZ'],
  ['éßŉﬁ', 'Éßŉﬁ'],
  ['ᾳᾀ', 'ᾼᾈ'],
  ['ǆǅ', 'ǄǄ'],
  ['აბ', 'ᲐᲑ'],
  ['𐐨', '𐐀'],
  ['\u{10d70}\u019b', '\u{10d70}\u019b'],
])('the upper case of %s is %s, one letter for each', (text, upper) => {
  expect(cased(toUpper, text)).toBe(upper)
})

test.each([
  ['ABC XYZ', 'abc xyz'],
  ['İΣẞ', 'iσß'],
  ['Ა', 'ა'],
  ['\ua7cb', '\ua7cb'],
])('the lower case of %s is %s, one letter for each', (text, lower) => {
  expect(cased(toLower, text)).toBe(lower)
})

test.each([
  ['abc', 'ABC'],
  ['ǄǅǆǇǉ', 'ǅǅǅǈǈ'],
  ['აᲐ', 'აᲐ'],
  ['ᾳ', 'ᾼ'],
])('the title case of %s is %s', (text, title) => {
  expect(cased(toTitle, text)).toBe(title)
})

test('white space is what Go says it is', () => {
  const spaces = Array.from({ length: 0x3100 }, (_, rune) => rune).filter(isSpace)

  expect(spaces).toEqual([
    9, 10, 11, 12, 13, 32, 0x85, 0xa0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007,
    0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000,
  ])
})
