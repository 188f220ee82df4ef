import fc from 'fast-check'
import { expect, test } from 'vitest'
import { called, refusal } from '../../../test/fakes/template/called.ts'
import { decodeBase32, encodeBase32 } from './base32.ts'

const eso = { compat: 'eso' } as const
const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')

// What Go's encoding/base64 and encoding/base32 give.
test.each([
  ['b64enc', 'let me in', 'bGV0IG1lIGlu'],
  ['b64dec', 'bGV0IG1lIGlu', 'let me in'],
  ['b64dec', 'YQ==\n', 'a'],
  ['b64dec', 'Y\nQ\r\n=\n=', 'a'],
  ['b64dec', 'YR==', 'a'],
  ['b64enc', '', ''],
  ['b64dec', '', ''],
  ['b32enc', 'let me in', 'NRSXIIDNMUQGS3Q='],
  ['b32dec', 'NRSXIIDNMUQGS3Q=', 'let me in'],
  ['b32dec', 'ME====\n==', 'a'],
  ['b32dec', 'ME======x', 'a'],
  ['b32dec', '', ''],
  ['hexdec', '6b6579', 'key'],
])('%s of %j is %j', (name, text, result) => {
  expect(called(name, [text])).toBe(result)
})

const badBase64: readonly (readonly [string, number])[] = [
  ['YQ', 0],
  ['YQ=', 3],
  ['YQ===', 4],
  ['Y', 0],
  ['YW=j', 2],
  ['Y===', 1],
  ['====', 0],
  ['YQ=\nx', 3],
  ['YQ==x', 4],
  [' YQ==', 0],
  ['YQ-_', 2],
  ['YWJjZA', 4],
]

test.each(badBase64)('b64dec of %j is at fault at byte %i', (text, byte) => {
  expect(refusal('b64dec', [text])).toBe(`is not base64 at byte ${byte}`)
  expect(called('b64dec', [text], eso)).toBe(`illegal base64 data at input byte ${byte}`)
})

const badBase32: readonly (readonly [string, number])[] = [
  ['ME', 0],
  ['ME=====', 7],
  ['me======', 0],
  ['MFR=====', 3],
  ['M=======', 1],
  ['MFRGGZ==', 6],
  ['ME==x===', 3],
  ['10======', 0],
]

test.each(badBase32)('b32dec of %j is at fault at byte %i', (text, byte) => {
  expect(refusal('b32dec', [text])).toBe(`is not base32 at byte ${byte}`)
  expect(called('b32dec', [text], eso)).toBe(`illegal base32 data at input byte ${byte}`)
})

test.each([
  ['abc', 'has an odd number of hexadecimal digits'],
  ['0g', 'is not hexadecimal at byte 1'],
])('hexdec refuses %j in either mode', (text, words) => {
  expect(refusal('hexdec', [text])).toBe(words)
  expect(refusal('hexdec', [text], eso)).toBe(words)
})

test('any bytes come back from base64 and base32', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const value = latin1(bytes)
      expect(decodeBase32(encodeBase32(bytes))).toBe(value)
      expect(Buffer.from(encodeBase32(bytes)).length % 8).toBe(0)
    }),
  )
})
