import { expect, test } from 'vitest'
import { failureOf, rendered } from '../../../test/fakes/template/rendered.ts'

// What ESO's engine gives.
const results: readonly [name: string, template: string, result: string][] = [
  [
    'dig walks through maps',
    '{{ $d := dict "user" (dict "role" (dict "humanName" "curator")) }}{{ dig "user" "role" "humanName" "guest" $d }} {{ dig "user" "none" "x" "guest" $d }} {{ $d | dig "user" "role" "x" nil }} {{ dig "a" 1 (dict) }}',
    'curator guest <no value> 1',
  ],
]

test.each(results)('%s', (_, template, result) => {
  expect(rendered(template)).toBe(result)
})

const failures: readonly [name: string, template: string][] = [
  ['dig through a text is an error', '{{ dig "a" "b" "x" (dict "a" "text") }}'],
  ['dig through a map of text is an error', '{{ dig "a" "_0" "x" (dict "a" (split "," "1")) }}'],
  ['dig with two arguments is an error', '{{ dig "a" (dict) }}'],
]

test.each(failures)('%s', (_, template) => {
  expect(failureOf(template)).toMatch(/^at <.*>: /)
})
