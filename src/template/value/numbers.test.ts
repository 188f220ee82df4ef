import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type FloatFormat, formatFloat, parseFloat64, parseInt64 } from './numbers.ts'

// What strconv of Go 1.26 gives.
const formatted: readonly [value: number, format: FloatFormat, precision: number, text: string][] = [
  [100000, 'g', -1, '100000'],
  [1234567, 'e', -1, '1.234567e+06'],
  [1e21, 'f', -1, '1000000000000000000000'],
  [1e-7, 'f', -1, '0.0000001'],
  [1e21, 'g', -1, '1e+21'],
  [1e-10, 'G', -1, '1E-10'],
  [1.7976931348623157e308, 'g', -1, '1.7976931348623157e+308'],
  [5e-324, 'g', -1, '5e-324'],
  [0.5, 'e', 0, '5e-01'],
  [0, 'e', 3, '0.000e+00'],
  [-1234.5, 'E', 2, '-1.23E+03'],
  [0.5, 'f', 0, '0'],
  [1.5, 'f', 0, '2'],
  [0.6, 'f', 0, '1'],
  [0.05, 'f', 1, '0.1'],
  [1e-10, 'f', 3, '0.000'],
  [999.995, 'f', 2, '1000.00'],
  [0.1, 'f', 30, '0.100000000000000005551115123126'],
  [1e22, 'f', 0, '10000000000000000000000'],
  [5e-324, 'f', 60, '0.000000000000000000000000000000000000000000000000000000000000'],
  [1234, 'g', 0, '1e+03'],
  [1234, 'g', 4, '1234'],
  [0.1, 'g', 17, '0.10000000000000001'],
  [99950, 'g', 3, '1e+05'],
  [100, 'g', 20, '100'],
  [1, 'b', -1, '4503599627370496p-52'],
  [5e-324, 'b', -1, '1p-1074'],
  [1, 'x', -1, '0x1p+00'],
  [0.1, 'x', -1, '0x1.999999999999ap-04'],
  [1.5, 'x', 0, '0x1p+01'],
  [1.999, 'x', 2, '0x1.00p+01'],
  [0.1, 'X', 15, '0X1.999999999999A00P-04'],
  [5e-324, 'x', -1, '0x1p-1074'],
  [0, 'x', 3, '0x0.000p+00'],
  [-0, 'g', -1, '-0'],
  [Number.NaN, 'e', 5, 'NaN'],
  [Number.NEGATIVE_INFINITY, 'f', 0, '-Inf'],
]

test.each(formatted)('formatFloat(%d, %s, %d) is %s', (value, format, precision, text) => {
  expect(formatFloat(value, format, precision)).toBe(text)
})

const integers: readonly [text: string, base: number, value: bigint | undefined][] = [
  ['42', 10, 42n],
  ['+42', 10, 42n],
  ['-9223372036854775808', 10, -9223372036854775808n],
  ['9223372036854775808', 10, undefined],
  ['9223372036854775807', 10, 9223372036854775807n],
  ['', 10, undefined],
  ['-', 10, undefined],
  ['1_000', 10, undefined],
  ['1_000', 0, 1000n],
  ['0x_ff', 0, 255n],
  ['0xFF', 0, 255n],
  ['-0b101', 0, -5n],
  ['0o17', 0, 15n],
  ['017', 0, 15n],
  ['08', 0, undefined],
  ['0', 0, 0n],
  ['00', 0, 0n],
  ['0x', 0, undefined],
  ['0_7', 0, 7n],
  ['_7', 0, undefined],
  ['7_', 0, undefined],
  ['1__0', 0, undefined],
  ['0_x1', 0, undefined],
  ['zz', 36, 1295n],
  ['777', 8, 511n],
  ['778', 8, undefined],
  [' 1', 10, undefined],
  ['1.0', 10, undefined],
  ['00000000000000000000000000000000000000000000000000000000000000000000000000001', 10, 1n],
]

test.each(integers)('parseInt64(%j, %d) is what strconv.ParseInt gives', (text, base, value) => {
  expect(parseInt64(text, base)).toBe(value)
})

const floats: readonly [text: string, value: number | undefined][] = [
  ['1', 1],
  ['+1.', 1],
  ['.5e1', 5],
  ['1_23.50_0e+1_2', 1.235e14],
  ['1e400', undefined],
  ['1e-400', 0],
  ['-0', -0],
  ['inf', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['NaN', Number.NaN],
  ['+nan', undefined],
  ['infin', undefined],
  ['0x1p-2', 0.25],
  ['0x_1.8p+1', 3],
  ['-0x.8P1', -1],
  ['0x1.00000000000008p0', 1],
  ['0x1.00000000000018p0', 1.0000000000000004],
  ['0x1.000000000000080000000000000000000000001p0', 1.0000000000000002],
  ['0x1p-1074', 5e-324],
  ['0x1p-1075', 0],
  ['0x1.8p-1075', 5e-324],
  ['0x1p1024', undefined],
  ['0x1', undefined],
  ['0x', undefined],
  ['', undefined],
  ['.', undefined],
  ['e5', undefined],
  ['1e', undefined],
  ['1__0', undefined],
  ['1_e5', undefined],
  ['0_x1p0', undefined],
  [' 1', undefined],
  ['1f', undefined],
]

test.each(floats)('parseFloat64(%j) is what strconv.ParseFloat gives', (text, value) => {
  expect(parseFloat64(text)).toBe(value)
})

test('the shortest form reads back as the same number', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(parseFloat64(formatFloat(value, 'g', -1))).toBe(value)
      expect(parseFloat64(formatFloat(value, 'x', -1))).toBe(value)
    }),
  )
})

test('with every digit a number reads back as itself', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(Number(formatFloat(value, 'e', 800))).toBe(value)
    }),
  )
})
