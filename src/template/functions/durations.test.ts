import { expect, test } from 'vitest'
import { printed, refusal } from '../../../test/fakes/template/called.ts'
import { goString } from '../value/bytes.ts'
import { int, int64 } from '../value/value.ts'
import { formatDuration, parseDuration, roundDuration } from './durations.ts'

// What Go's time package gives.
test.each([
  ['0', 0n],
  ['-0', 0n],
  ['1h30m', 5_400_000_000_000n],
  ['-1.5h', -5_400_000_000_000n],
  ['.5s', 500_000_000n],
  ['1.s', 1_000_000_000n],
  ['1us', 1000n],
  ['1µs', 1000n],
  ['1μs', 1000n],
  ['0.3333333333333333333h', 1_200_000_000_000n],
  ['9223372036854775807ns', 9_223_372_036_854_775_807n],
  ['-9223372036854775808ns', -9_223_372_036_854_775_808n],
])('parseDuration reads %j', (text, nanoseconds) => {
  expect(parseDuration(goString(text))).toBe(nanoseconds)
})

test.each([
  '',
  '+',
  '1',
  '1h1',
  '1x',
  '.s',
  '1h-1m',
  ' 1s',
  '1e3s',
  '9223372036854775808ns',
  '2562048h',
  '1'.repeat(100_000),
])('parseDuration refuses %.20j', (text) => {
  expect(parseDuration(text)).toBeUndefined()
})

test.each([
  [0n, '0s'],
  [1n, '1ns'],
  [1100n, '1.1\xc2\xb5s'],
  [2_200_000n, '2.2ms'],
  [3_300_000_000n, '3.3s'],
  [-3_723_000_000_001n, '-1h2m3.000000001s'],
  [-9_223_372_036_854_775_808n, '-2562047h47m16.854775808s'],
])('formatDuration(%i) is %s', (nanoseconds, text) => {
  expect(formatDuration(nanoseconds)).toBe(text)
})

test('roundDuration goes away from zero at a half and stays within int64', () => {
  expect(roundDuration(1_500_000_000n, 1_000_000_000n)).toBe(2_000_000_000n)
  expect(roundDuration(-1_500_000_000n, 1_000_000_000n)).toBe(-2_000_000_000n)
  expect(roundDuration(2n ** 63n - 1n, 3_600_000_000_000n)).toBe(2n ** 63n - 1n)
  expect(roundDuration(7n, 0n)).toBe(7n)
})

test.each([
  ['95', '1m35s'],
  ['soon', '0s'],
  ['99999999999999999999', '-1s'],
  [int64(3600), '1h0m0s'],
  [int(3600), '0s'],
])('duration', (seconds, text) => {
  expect(printed('duration', [seconds])).toBe(text)
})

test.each([
  ['2h10m5s', '2h'],
  ['2400h10m5s', '3mo'],
  ['8761h', '1y'],
  ['60s', '60s'],
  ['-90m', '1h'],
  ['x', '0s'],
  [int64(7_200_000_000_001), '2h'],
])('durationRound', (value, text) => {
  expect(printed('durationRound', [value])).toBe(text)
})

test('dateModify says no more than what it wants', () => {
  expect(refusal('dateModify', ['secret', int(1)])).toBe('wants a time.Time')
})
