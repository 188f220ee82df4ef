import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FunctionError } from '../error.ts'
import { DerReader, tags } from './der-reader.ts'
import { bits, element, explicit, integer, octets, oid, sequence, setOf } from './der-writer.ts'

const reader = (bytes: Uint8Array) => new DerReader(Buffer.from(bytes), 'the test')

test('reads what the writer writes', () => {
  const bytes = sequence(
    integer(300n),
    octets(Buffer.of(1)),
    bits(Buffer.of(2)),
    explicit(1, oid('2.5.29.37.0')),
  )
  const fields = reader(bytes).inside()

  expect(fields.integer()).toBe(300n)
  expect(fields.octets()).toEqual(Buffer.of(1))
  expect(fields.bits()).toEqual(Buffer.of(2))
  expect(fields.inside(0xa1).oid()).toBe('2.5.29.37.0')
  expect(fields.isEmpty).toBe(true)
})

test('whole numbers and contents of any length come back', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 2n ** 4200n }),
      fc.uint8Array({ maxLength: 70_000 }),
      (number, content) => {
        const fields = reader(sequence(integer(number), octets(content))).inside()

        expect(fields.integer()).toBe(number)
        expect(fields.octets()).toEqual(Buffer.from(content))
      },
    ),
    { numRuns: 50 },
  )
})

test('a set is sorted', () => {
  expect(setOf([octets(Buffer.of(9)), octets(Buffer.of(1))])).toEqual(
    element(tags.set, octets(Buffer.of(1)), octets(Buffer.of(9))),
  )
})

test.each([
  ['nothing', ''],
  ['a length beyond the end', '040500'],
  ['an indefinite length', '04800000'],
  ['a length that could be shorter', '0481017f'],
  ['a long length with a leading zero', `04820080${'00'.repeat(128)}`],
  ['a length of five bytes', '04850000000001ff'],
  ['a tag of several bytes', '1f8101'],
  ['another tag', '02017f'],
])('%s is refused', (_, hex) => {
  expect(() => reader(Buffer.from(hex, 'hex')).octets()).toThrow(
    new FunctionError('the test is not well-formed ASN.1 (DER)'),
  )
})

test.each(['0200', '02020001', '0202ffff', '0201ff'])('the whole number %s is refused', (hex) => {
  expect(() => reader(Buffer.from(hex, 'hex')).integer()).toThrow(FunctionError)
})

test('a negative number is read where it may be one', () => {
  expect(reader(Buffer.from('0201ff', 'hex')).integer(true)).toBe(-1n)
})

test.each(['0600', '060186', '060688888888ff7f'])('the object identifier %s is refused', (hex) => {
  expect(() => reader(Buffer.from(hex, 'hex')).oid()).toThrow(FunctionError)
})

test('random bytes give values or a FunctionError, never another', () => {
  const failureOf = (bytes: Uint8Array) => {
    try {
      for (const it = reader(bytes); !it.isEmpty; ) it.any()
      return undefined
    } catch (error) {
      return error
    }
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const failure = failureOf(bytes)

      expect(failure === undefined || failure instanceof FunctionError).toBe(true)
    }),
  )
})
