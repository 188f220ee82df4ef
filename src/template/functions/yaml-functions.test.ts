import { expect, test } from 'vitest'
import { called, refusal } from '../../../test/fakes/template/called.ts'
import { dict } from '../value/value.ts'

const eso = { compat: 'eso' } as const

test('what is no YAML is refused, and told under Error where ESO does', () => {
  expect(refusal('fromYaml', ['a: *secret'])).toBe('is not YAML: unknown anchor referenced')
  expect(called('fromYaml', ['a: *b'], eso)).toEqual(
    dict(new Map([['Error', "error converting YAML to JSON: yaml: unknown anchor 'b' referenced"]])),
  )
})

test('what has no form in YAML is refused, and nothing where ESO says so', () => {
  expect(refusal('toYaml', [Number.NaN])).toBe('a number that is not finite has no form in JSON')
  expect(called('toYaml', [Number.NaN], eso)).toBe('')
})

test('a render that runs out of its budget fails in either mode', () => {
  const limits = { outputBytes: 10, steps: 10, allocatedBytes: 10 }

  expect(refusal('fromYaml', ['a: 1'], { ...eso, limits })).toMatch(/more than 10/)
  expect(refusal('toYaml', ['x'.repeat(100)], { ...eso, limits })).toMatch(/more than 10/)
})
