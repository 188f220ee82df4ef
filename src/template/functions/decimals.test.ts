import { expect, test } from 'vitest'
import { failureOf, rendered } from '../../../test/fakes/template/rendered.ts'

// What ESO's engine gives.
const results: readonly [name: string, template: string, result: string][] = [
  [
    'addf reckons in decimals',
    '{{ addf 1.5 2 2 }} {{ addf 0.1 0.2 }} {{ addf }} {{ add1f 1.1 }}',
    '5.5 0.3 0 2.1',
  ],
  ['subf reckons in decimals', '{{ subf 7.5 2 3 }} {{ subf 0.3 0.1 }} {{ subf 1 }}', '2.5 0.2 1'],
  ['mulf reckons in decimals', '{{ mulf 1.5 2 2 }} {{ mulf 1.1 1.1 }} {{ mulf 1e300 1e300 }}', '6 1.21 +Inf'],
  [
    'divf reckons in decimals',
    '{{ divf 10 2 4 }} {{ divf 1 3 }} {{ divf -2 3 }} {{ divf 1e-20 3 }}',
    '1.25 0.3333333333333333 -0.6666666666666667 0',
  ],
]

test.each(results)('%s', (_, template, result) => {
  expect(rendered(template)).toBe(result)
})

const failures: readonly [name: string, template: string][] = [['divf by zero is an error', '{{ divf 1 0 }}']]

test.each(failures)('%s', (_, template) => {
  expect(failureOf(template)).toMatch(/^at <.*>: /)
})
