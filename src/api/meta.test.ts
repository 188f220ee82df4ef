import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { z } from 'zod'
import { parseDuration } from '../std/duration.ts'
import { type CelRule, duration, Metadata, objectName, secondsOrDuration, text } from './meta.ts'

test('the CEL rule of a duration accepts what the controller reads as one, and nothing else', () => {
  const pattern = patternIn(duration('A time.'))
  const almost = fc
    .array(
      fc.constantFrom('1', '90', '.', '0', '+', '-', ' ', 'h', 'm', 's', 'ms', 'µs', 'd', '1h', '0.5s'),
      { maxLength: 5 },
    )
    .map((it) => it.join(''))

  fc.assert(
    fc.property(almost, (it) => {
      const ms = parseDuration(it)
      expect(pattern.test(it)).toBe(ms !== undefined && !it.startsWith('-'))
    }),
    { numRuns: 1000 },
  )
})

test('seconds or a duration are held to the same rule as a duration', () => {
  expect(patternIn(secondsOrDuration('A time.'))).toEqual(patternIn(duration('A time.')))
})

test.each(['a', 'a-b.c', '0', 'x'.repeat(253)])('%s is the name of an object', (name) => {
  expect(objectName('A name.').safeParse(name).success).toBe(true)
})

test.each(['', '-a', 'a.', 'A', 'a_b', 'a/b', 'x'.repeat(254)])('%j is no name of an object', (name) => {
  expect(objectName('A name.').safeParse(name).success).toBe(false)
})

test('bounds of text are for the CRD: what another CRD let in is still read', () => {
  expect(text('A word.', { minLength: 1, maxLength: 3 }).safeParse('longer').success).toBe(true)
})

test.each([[undefined], [null], ['name'], [{}], [{ name: 1 }]])('%j is no metadata', (value) => {
  expect(Metadata.safeParse(value).success).toBe(false)
})

function patternIn(schema: z.ZodType): RegExp {
  const rules = (schema.meta()?.['x-kubernetes-validations'] ?? []) as CelRule[]
  const found = rules.map((it) => /matches\('(.*)'\)/.exec(it.rule)?.[1])
  return new RegExp(found[0] ?? 'no pattern')
}
