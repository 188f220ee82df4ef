import { expect, test } from 'vitest'
import { Budget } from '../budget.ts'
import { toFloat64, toInt, toInt64, toStrings, toText } from './cast.ts'
import { dict, Int, int, int64, list, Slice, strings, type Value } from './value.ts'

const bytes = new Slice('[]uint8', [new Int('uint8', 104n), new Int('uint8', 105n)])
const smallest = -(2n ** 63n)

// What sprig with spf13/cast 1.10 gives on amd64.
const integers: readonly [value: Value, number: bigint][] = [
  [int(5), 5n],
  [new Int('uint64', 2n ** 64n - 1n), -1n],
  [new Int('uintptr', 5n), 0n],
  [1.9, 1n],
  [-1.9, -1n],
  [1e30, smallest],
  [-1e30, smallest],
  [2 ** 63, smallest],
  [Number.NaN, smallest],
  [true, 1n],
  [false, 0n],
  [null, 0n],
  ['', 0n],
  ['12', 12n],
  ['012', 10n],
  ['08', 0n],
  ['0x10', 16n],
  ['1e3', 0n],
  ['1_000', 1000n],
  ['12.9', 12n],
  ['-.5', 0n],
  ['12.', 12n],
  ['1.2.3', 0n],
  [' 1', 0n],
  ['9223372036854775808', 0n],
  [list([int(1)]), 0n],
  [dict(), 0n],
]

test.each(integers)('toInt64() and toInt() of case %# are what spf13/cast gives', (value, number) => {
  expect(toInt64(value)).toBe(number)
  expect(toInt(value)).toBe(number)
})

const floats: readonly [value: Value, number: number][] = [
  [int64(9007199254740993n), 9007199254740992],
  [new Int('uint64', 2n ** 64n - 1n), 2 ** 64],
  [new Int('uintptr', 5n), 0],
  [1.5, 1.5],
  ['1e3', 1000],
  ['0x1p-2', 0.25],
  ['1_0.5', 10.5],
  ['1e400', 0],
  ['-inf', Number.NEGATIVE_INFINITY],
  ['abc', 0],
  ['', 0],
  [true, 1],
  [null, 0],
  [list([]), 0],
]

test.each(floats)('toFloat64() of case %# is what spf13/cast gives', (value, number) => {
  expect(toFloat64(value)).toBe(number)
})

test.each<[value: Value, text: string]>([
  ['a', 'a'],
  [bytes, 'hi'],
  [null, '<nil>'],
  [1e6, '1e+06'],
  [list([int(1), null, bytes]), '[1 <nil> [104 105]]'],
])('toText() of case %# is the strval of sprig', (value, text) => {
  expect(toText(value, new Budget())).toBe(text)
})

test.each<[value: Value, texts: readonly string[]]>([
  [list([int(1), null, 'a', list(['b']), bytes]), ['1', 'a', '[b]', 'hi']],
  [strings(['a', '']), ['a', '']],
  [null, []],
  ['a', ['a']],
  [dict(), ['map[]']],
  [bytes, ['104', '105']],
])('toStrings() of case %# is the strslice of sprig', (value, texts) => {
  expect(toStrings(value, new Budget())).toEqual(texts)
})
