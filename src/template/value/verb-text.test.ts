import { expect, test } from 'vitest'
import { Budget } from '../budget.ts'
import { sprintf } from './format.ts'
import { type Value } from './value.ts'

// What Go 1.26 prints.
const cases: readonly [format: string, args: readonly Value[], printed: string][] = [
  [
    '%+v|% v|%+f|% f',
    [Number.NaN, Number.NaN, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    'NaN| NaN|+Inf| Inf',
  ],
  ['%d %s %q', [1.5, 2.5, 3], '%!d(float64=1.5) %!s(float64=2.5) %!q(float64=3)'],
  ['%s %v %q %#v', ['a"b', 'a"b', 'a"b', 'a"b'], 'a"b a"b "a\\"b" "a\\"b"'],
  [
    '%x %X % x %#x %# x %# X',
    ['hello', 'hello', 'hello', 'hello', 'hello', 'hello'],
    '68656c6c6f 68656C6C6F 68 65 6c 6c 6f 0x68656c6c6f 0x68 0x65 0x6c 0x6c 0x6f 0X68 0X65 0X6C 0X6C 0X6F',
  ],
  [
    '%.2x|%8x|%-8x|%08x|%x|%5x|',
    ['abc', 'abc', 'abc', 'abc', '', ''],
    '6162|  616263|616263  |00616263||     |',
  ],
  ['%5s|%-5s|%05s|%.2s|%5.1s', ['ab', 'ab', 'ab', 'abc', 'abc'], '   ab|ab   |000ab|ab|    a'],
  [
    '%5s|%-5s|%.2s|%.1q',
    ['\xe2\x82\xac', '\xe2\x82\xac', '\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac', '\xe2\x82\xac\xe2\x82\xac'],
    '    \xe2\x82\xac|\xe2\x82\xac    |\xe2\x82\xac\xe2\x82\xac|"\xe2\x82\xac"',
  ],
  ['%3s|%.2s|%x', ['\xff', '\xff\xfe\xfd', '\xff\xfe'], '  \xff|\xff\xfe|fffe'],
  [
    '%q %+q %#q %#+q',
    ['\xe2\x82\xac', '\xe2\x82\xac', '\xe2\x82\xac', '\xe2\x82\xac'],
    '"\xe2\x82\xac" "\\u20ac" `\xe2\x82\xac` `\xe2\x82\xac`',
  ],
  ['%#q %#q %#q', ['a\tb', 'a`b', 'a\nb'], '`a\tb` "a`b" "a\\nb"'],
  ['%#q %#q %#q', ['\xff', '\xef\xbb\xbf', '\x7f'], '"\\xff" "\\ufeff" "\\x7f"'],
  ['%8q|%-8q|%08q', ['hi', 'hi', 'hi'], '    "hi"|"hi"    |0000"hi"'],
  [
    '%d %t %c %U %e %p',
    ['x', 'x', 'x', 'x', 'x', 'x'],
    '%!d(string=x) %!t(string=x) %!c(string=x) %!U(string=x) %!e(string=x) %!p(string=x)',
  ],
  ['%5d|%.1d|%+d|%#d', ['x', 'xyz', 'x', 'x'], '%!d(string=    x)|%!d(string=x)|%!d(string=x)|%!d(string=x)'],
]

test.each(cases)('strings under %j print as Go prints them', (format, args, printed) => {
  expect(sprintf(format, args, new Budget())).toBe(printed)
})
