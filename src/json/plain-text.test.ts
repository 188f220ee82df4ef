import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plainText } from './plain-text.ts'
import { jsonIn } from './text.ts'

test.each([
  ['"a\\u0041"', 'aA'],
  ['null', ''],
  ['true', 'true'],
  ['12345678901234567890', '12345678901234567890'],
  ['-0', '-0'],
  ['1.50', '1.5'],
  ['1e3', '1000'],
  ['1.5e-7', '0.00000015'],
  ['-0.0', '-0'],
  ['1e21', '1000000000000000000000'],
  ['{"a": 1.50}', '{"a": 1.50}'],
])('%s is %s', (json, expected) => {
  expect(plainText(json)).toBe(expected)
})

test('a number written out is the same number', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(Number(plainText(JSON.stringify(value)))).toBe(value === 0 ? 0 : value)
    }),
  )
})

test.each(['', '{', "{'a':1}", 'text', '{"a":1} x'])('%s is no JSON', (text) => {
  expect(jsonIn(text)).toBeUndefined()
})
