import { expect, test } from 'vitest'
import { called, refusal } from '../../../test/fakes/template/called.ts'
import { list } from '../value/value.ts'

const eso = { compat: 'eso' } as const

test.each(['fromJson', 'mustFromJson'])('%s refuses what is no JSON', (name) => {
  expect(refusal(name, ['{secret}'])).toBe('is not JSON at byte 1')
})

test.each(['toJson', 'mustToJson', 'toPrettyJson', 'mustToPrettyJson', 'toRawJson', 'mustToRawJson'])(
  '%s refuses what has no form',
  (name) => {
    expect(refusal(name, [Number.POSITIVE_INFINITY])).toBe('a number that is not finite has no form in JSON')
  },
)

test("in ESO's mode only those with `must`, and toRawJson, refuse", () => {
  expect(called('fromJson', ['{secret}'], eso)).toBeNull()
  expect(called('fromJson', ['[1e999, 2]'], eso)).toEqual(list([null, 2]))
  expect(called('toJson', [Number.NaN], eso)).toBe('')
  expect(called('toPrettyJson', [Number.NaN], eso)).toBe('')
  for (const name of ['mustToJson', 'mustToPrettyJson', 'toRawJson', 'mustToRawJson']) {
    expect(refusal(name, [Number.NaN], eso)).toBeDefined()
  }
  expect(refusal('mustFromJson', ['{secret}'], eso)).toBeDefined()
})

test('a render that runs out of its budget fails in either mode', () => {
  const limits = { outputBytes: 10, steps: 10, allocatedBytes: 10 }

  expect(refusal('toJson', ['x'.repeat(100)], { ...eso, limits })).toMatch(/more than 10 bytes/)
  expect(refusal('fromJson', ['[1,2,3]'], { ...eso, limits })).toMatch(/more than 10/)
})
