import { expect, test } from 'vitest'
import { failureOf, rendered } from '../../../test/fakes/template/rendered.ts'

// What ESO's engine gives.
const results: readonly [name: string, template: string, result: string][] = [
  [
    'uniq keeps the first of equals',
    '{{ list 1 1 1 2 "1" 1.0 (list 1) (list 1) nil nil | uniq }} {{ mustUniq (list) }}',
    '[1 2 1 1 [1] <nil>] []',
  ],
  [
    'without takes items out',
    '{{ $l := list 1 2 3 4 5 }}{{ without $l 3 }} {{ without $l 1 3 5 }} {{ mustWithout $l "1" }}',
    '[1 2 4 5] [2 4] [1 2 3 4 5]',
  ],
  [
    'has finds an item of the same type',
    '{{ $l := list 1 2 3 4 5 }}{{ has 4 $l }} {{ has "4" $l }} {{ has "hello" $l }} {{ mustHas (list 1) (list (list 1)) }} {{ has 1 nil }}',
    'true false false true false',
  ],
]

test.each(results)('%s', (_, template, result) => {
  expect(rendered(template)).toBe(result)
})

const failures: readonly [name: string, template: string][] = [
  ['has in a text is an error', '{{ has "a" "abc" }}'],
]

test.each(failures)('%s', (_, template) => {
  expect(failureOf(template)).toMatch(/^at <.*>: /)
})
