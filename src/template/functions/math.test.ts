import { expect, test } from 'vitest'
import { failureOf, rendered } from '../../../test/fakes/template/rendered.ts'

// What ESO's engine gives.
const results: readonly [name: string, template: string, result: string][] = [
  [
    'int reads what it can',
    '{{ int "12" }} {{ int 3.9 }} {{ int true }} {{ int nil }} {{ int "x" }} {{ int "0x1f" }} {{ int "08" }} {{ int -3.9 }}',
    '12 3 1 0 0 31 0 -3',
  ],
  [
    String.raw`int gives Go's int`,
    '{{ int "1" | printf "%T" }} {{ int64 "1" | printf "%T" }} {{ float64 "1" | printf "%T" }}',
    'int int64 float64',
  ],
  [
    'int64 reads what it can',
    '{{ int64 "9223372036854775807" }} {{ int64 "9223372036854775808" }} {{ int64 "1.9" }} {{ int64 (list 1) }}',
    '9223372036854775807 0 1 0',
  ],
  [
    'float64 reads what it can',
    '{{ float64 "1.25" }} {{ float64 "1e3" }} {{ float64 7 }} {{ float64 "x" }} {{ float64 nil }} {{ float64 "Inf" }}',
    '1.25 1000 7 0 0 +Inf',
  ],
  [
    'add sums numbers',
    '{{ add 1 2 3 }} {{ add }} {{ add "1" 2.9 nil true }} {{ add 9223372036854775807 1 }}',
    '6 0 4 -9223372036854775808',
  ],
  [
    'add1 adds one',
    '{{ add1 41 }} {{ add1 "9" }} {{ add1 9223372036854775807 }}',
    '42 10 -9223372036854775808',
  ],
  ['sub takes away', '{{ sub 5 7 }} {{ sub -9223372036854775808 1 }}', '-2 9223372036854775807'],
  [
    'mul multiplies',
    '{{ mul 1 2 3 }} {{ mul 4 }} {{ mul 9223372036854775807 2 }} {{ mul 3037000500 3037000500 }}',
    '6 4 -2 -9223372036709301616',
  ],
  [
    'div rounds toward zero',
    '{{ div 7 2 }} {{ div -7 2 }} {{ div -9223372036854775808 -1 }}',
    '3 -3 -9223372036854775808',
  ],
  ['mod has the sign of the dividend', '{{ mod 7 3 }} {{ mod -7 3 }} {{ mod 7 -3 }}', '1 -1 1'],
  ['max finds the greatest', '{{ max 1 2 3 }} {{ biggest 4 "9" 2 }} {{ max -5 }}', '3 9 -5'],
  ['min finds the least', '{{ min 1 2 3 }} {{ min 4 -9 2.9 }}', '1 -9'],
]

test.each(results)('%s', (_, template, result) => {
  expect(rendered(template)).toBe(result)
})

const failures: readonly [name: string, template: string][] = [
  ['div by zero is an error', '{{ div 1 0 }}'],
  ['mod by zero is an error', '{{ mod 1 0 }}'],
]

test.each(failures)('%s', (_, template) => {
  expect(failureOf(template)).toMatch(/^at <.*>: /)
})
