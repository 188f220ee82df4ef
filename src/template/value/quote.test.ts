import { expect, test } from 'vitest'
import { fitsBackquotes, quote, quoteRune, quoteToAscii } from './quote.ts'

// What strconv.Quote of Go 1.26 gives.
const quoted: readonly [value: string, text: string][] = [
  ['', '""'],
  ['plain ~', '"plain ~"'],
  ['"\\\\', '"\\"\\\\\\\\"'],
  ['\x07\x08\t\n\x0b\x0c\x0d\x00\x1f\x7f', '"\\a\\b\\t\\n\\v\\f\\r\\x00\\x1f\\x7f"'],
  ['\xff\xc3\xa9\xe2\x82', '"\\xff\xc3\xa9\\xe2\\x82"'],
  ['\xc2\xad\xc2\xa0\xe2\x80\x8b', '"\\u00ad\\u00a0\\u200b"'],
  ['\xf0\x9f\x98\x80\xf3\xa0\x80\x81', '"\xf0\x9f\x98\x80\\U000e0001"'],
  ['\xed\xa0\x80\xef\xbf\xbd', '"\\xed\\xa0\\x80\xef\xbf\xbd"'],
  ["\xe0\xa2\x8f'`", '"\\u088f\'`"'],
]

test.each(quoted)('quote(%j) is what strconv.Quote gives', (value, text) => {
  expect(quote(value)).toBe(text)
})

test('a long text is quoted whole', () => {
  expect(quote('\n\xff'.repeat(50_000))).toBe(`"${'\\n\\xff'.repeat(50_000)}"`)
})

test('quoteToAscii() escapes what lies beyond ASCII', () => {
  expect(quoteToAscii('a\xc3\xa9\xf0\x9f\x98\x80\xff')).toBe('"a\\u00e9\\U0001f600\\xff"')
})

test.each([
  [0x41, false, "'A'"],
  [0x27, false, "'\\''"],
  [0x22, false, `'"'`],
  [0x0a, false, "'\\n'"],
  [0xe9, false, "'\xc3\xa9'"],
  [0xe9, true, "'\\u00e9'"],
])('quoteRune(%d, %s) is what strconv.QuoteRune gives', (rune, isAsciiOnly, text) => {
  expect(quoteRune(rune, isAsciiOnly)).toBe(text)
})

test.each([
  ['plain\ttext', true],
  ['\xc3\xa9 and \xef\xbf\xbd', true],
  ['a`b', false],
  ['a\nb', false],
  ['\x7f', false],
  ['\xff', false],
  ['\xef\xbb\xbf', false],
])('fitsBackquotes(%j) is %s', (value, fits) => {
  expect(fitsBackquotes(value)).toBe(fits)
})
