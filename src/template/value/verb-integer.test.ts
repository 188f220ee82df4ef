import { expect, test } from 'vitest'
import { Budget } from '../budget.ts'
import { sprintf } from './format.ts'
import { Int, int, int64, type Value } from './value.ts'

const uint8 = (value: number) => new Int('uint8', BigInt(value))
const uint64 = (value: bigint) => new Int('uint64', value)

// What Go 1.26 prints.
const cases: readonly [format: string, args: readonly Value[], printed: string][] = [
  ['%d', [int(42)], '42'],
  ['%+d % d', [int(42), int(42)], '+42  42'],
  ['%5d|%-5d|%05d', [int(-42), int(-42), int(-42)], '  -42|-42  |-0042'],
  ['%+06d|% 06d|%-06d|', [int(7), int(7), int(7)], '+00007| 00007|7     |'],
  ['%.3d|%8.3d|%08.3d', [int(7), int(7), int(-7)], '007|     007|    -007'],
  ['%.0d|%5.0d|%+.d|%d', [int(0), int(0), int(0), int(0)], '|     ||0'],
  ['%b %#b %o %#o %O', [int(10), int(10), int(8), int(8), int(-8)], '1010 0b1010 10 010 -0o10'],
  ['%#.4o|%#o', [int(8), int(0)], '0010|0'],
  ['%x %X %#x %#X', [int(-3054), int(3054), int(-3054), int(3054)], '-bee BEE -0xbee 0XBEE'],
  ['%#08x|%# x', [int(255), int(255)], '0x000000ff| 0xff'],
  [
    '%d %x',
    [int64(-9223372036854775808n), uint64(18446744073709551615n)],
    '-9223372036854775808 ffffffffffffffff',
  ],
  ['%v %#v %+v', [uint8(255), uint8(255), uint8(255)], '255 0xff 255'],
  ['%#v %+v %#5v', [int64(255), int64(255), int(3)], '255 255     3'],
  ['%c%c%c', [int(65), int(8364), int(128512)], 'A\xe2\x82\xac\xf0\x9f\x98\x80'],
  ['%c|%c|%c', [int(-1), int(1114112), int(55296)], '\xef\xbf\xbd|\xef\xbf\xbd|\xef\xbf\xbd'],
  ['%04c|%-4c|', [int(8364), int(8364)], '000\xe2\x82\xac|\xe2\x82\xac   |'],
  ['%q %q %q %+q', [int(65), int(39), int(10), int(8364)], "'A' '\\'' '\\n' '\\u20ac'"],
  ['%q %q %q', [int(34), int(-1), int(55296)], "'\"' '\xef\xbf\xbd' '\xef\xbf\xbd'"],
  ['%U %#U %U', [int(8364), int(8364), int(-1)], "U+20AC U+20AC '\xe2\x82\xac' U+FFFFFFFFFFFFFFFF"],
  [
    '%#U|%#.6U|%10U|%-10U|%010U',
    [int(10), int(128512), int(65), int(65), int(65)],
    "U+000A|U+01F600 '\xf0\x9f\x98\x80'|    U+0041|U+0041    |    U+0041",
  ],
  ['%t %s %f', [int(1), int(2), uint8(3)], '%!t(int=1) %!s(int=2) %!f(uint8=3)'],
]

test.each(cases)('integers under %j print as Go prints them', (format, args, printed) => {
  expect(sprintf(format, args, new Budget())).toBe(printed)
})
