import { expect, test } from 'vitest'
import { failureOf, rendered } from '../../../test/fakes/template/rendered.ts'

// What ESO's engine gives.
const results: readonly [name: string, template: string, result: string][] = [
  [
    'semverCompare asks for equality',
    '{{ semverCompare "1.2.3" "1.2.3" }} {{ semverCompare "1.2.3" "v1.2.3" }} {{ semverCompare "1.2.3" "1.2.3+b" }} {{ semverCompare "1.2.3" "1.2.4" }}',
    'true true true false',
  ],
  [
    'semverCompare takes groups',
    '{{ semverCompare ">= 1.2 < 3.0.0 || >= 4.2.3" "1.2.0" }} {{ semverCompare ">= 1.2 < 3.0.0 || >= 4.2.3" "2.9.9" }} {{ semverCompare ">= 1.2 < 3.0.0 || >= 4.2.3" "4.2.3" }} {{ semverCompare ">= 1.2 < 3.0.0 || >= 4.2.3" "3.0.0" }} {{ semverCompare ">= 1.2 < 3.0.0 || >= 4.2.3" "4.2.2" }}',
    'true true true false false',
  ],
  [
    'semverCompare takes commas',
    '{{ semverCompare ">=1.2, <2" "1.2" }} {{ semverCompare ">=1.2, <2" "1.99" }} {{ semverCompare ">=1.2, <2" "2.0.0" }}',
    'true true false',
  ],
  [
    'semverCompare takes an open range with a dash',
    '{{ semverCompare "2.3.4 - 4.5" "2.3.4" }} {{ semverCompare "2.3.4 - 4.5" "4.5.9" }} {{ semverCompare "2.3.4 - 4.5" "4.6.0" }}',
    'true true false',
  ],
]

test.each(results)('%s', (_, template, result) => {
  expect(rendered(template)).toBe(result)
})

const failures: readonly [name: string, template: string][] = [
  ['semverCompare of no constraint is an error', '{{ semverCompare "one" "1.2.3" }}'],
  ['semverCompare of no version is an error', '{{ semverCompare ">1" "x" }}'],
  ['semverCompare of an empty constraint is an error', '{{ semverCompare "" "1.2.3" }}'],
]

test.each(failures)('%s', (_, template) => {
  expect(failureOf(template)).toMatch(/^at <.*>: /)
})
