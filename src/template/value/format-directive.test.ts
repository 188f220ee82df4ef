import { expect, test } from 'vitest'
import { Budget } from '../budget.ts'
import { sprintf } from './format.ts'
import { Int, int, list, type Value } from './value.ts'

const uint8 = (value: number) => new Int('uint8', BigInt(value))
const uint64 = (value: bigint) => new Int('uint64', value)

// What Go 1.26 prints.
const cases: readonly [format: string, args: readonly Value[], printed: string][] = [
  ['plain 100%%', [], 'plain 100%'],
  ['%d %s', [int(1)], '1 %!s(MISSING)'],
  ['%d', [int(1), 'x', null, list([int(2)])], '1%!(EXTRA string=x, <nil>, []interface {}=[2])'],
  ['%', [], '%!(NOVERB)'],
  ['%v%', [int(1)], '1%!(NOVERB)'],
  ['%-', [], '%!(NOVERB)'],
  ['%!', [int(1)], '%!!(int=1)'],
  ['%z %-8z', [int(1), true], '%!z(int=1) %!z(bool=true    )'],
  ['%\xc3\xa9 %\xff', [int(1), int(2)], '%!\xc3\xa9(int=1) %!\xef\xbf\xbd(int=2)'],
  ['%[2]d %[1]d', [int(1), int(2)], '2 1'],
  ['%[1]d %d %[1]v', [int(1), int(2), int(3)], '1 2 1'],
  ['%[3]d %[0]d %[-1]d %[x]d', [int(1), int(2)], '%!d(BADINDEX) %!d(BADINDEX) %!d(BADINDEX) %!d(BADINDEX)'],
  ['%[1d', [int(1)], '%!d(BADINDEX)'],
  ['%[]d %[', [int(1)], '%!d(BADINDEX) %!(NOVERB)'],
  ['%[]', [int(1)], '%!](BADINDEX)'],
  ['%[2]*[1]d|%-[2]*[1]d|', [int(7), int(5)], '    7|7    |'],
  ['%[2]*.[3]*[1]f', [3.14159, int(9), int(2)], '     3.14'],
  ['%[1]5d %[1].2f', [int(1)], '%!d(BADINDEX) %!f(BADINDEX)'],
  ['%*d|%-*d|%*d|', [int(5), int(1), int(5), int(2), int(-5), int(3)], '    1|2    |3    |'],
  ['%0*d|%*d', [int(-5), int(4), 'x', int(5)], '4    |%!(BADWIDTH)5'],
  [
    '%.*f|%.*f|%.*f',
    [int(2), 3.14159, int(-1), 3.14159, 'x', 3.14159],
    '3.14|%!(BADPREC)3.141590|%!(BADPREC)3.141590',
  ],
  ['%*', [int(5)], '%!(NOVERB)'],
  ['%*d', [int(1000001), int(1)], '%!(BADWIDTH)1'],
  ['%*d %*d', [uint64(18446744073709551615n), int(1), uint8(3), int(1)], '%!(BADWIDTH)1   1'],
  ['%99999999d', [int(1)], '%!(NOVERB)%!(EXTRA int=1)'],
  ['%.d|%.s|%5.|%.', [int(0), 'abc', int(1), int(2)], '||%!|(int=    1)%!.(int=2)'],
  ['%5%|%-5d%%', [int(1)], '%|1    %'],
  ['%w %#w %w', ['a', 'b', list([int(1)])], '%!w(string=a) %!w(string="b") %!w([]interface {}=[1])'],
  [
    '%T %T %T %T %8T|%.3T',
    [int(1), 'a', null, list([]), true, 1.5],
    'int string <nil> []interface {}     bool|flo',
  ],
  [
    '%v %s %d %5v|%p %q',
    [null, null, null, null, null, null],
    '<nil> %!s(<nil>) %!d(<nil>) <nil>|%!p(<nil>) %!q(<nil>)',
  ],
  [
    '%t %v %5t|%-6t|%05t %d',
    [true, false, true, false, true, false],
    'true false  true|false |0true %!d(bool=false)',
  ],
]

test.each(cases)('the format %j is read as Go reads it', (format, args, printed) => {
  expect(sprintf(format, args, new Budget())).toBe(printed)
})
