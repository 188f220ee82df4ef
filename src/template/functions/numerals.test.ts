import { expect, test } from 'vitest'
import { rendered } from '../../../test/fakes/template/rendered.ts'

const data = {
  num: '42',
}

// What ESO's engine gives.
const results: readonly [name: string, template: string, result: string][] = [
  ['atoi reads a number', '{{ atoi "42" | printf "%T %v" .num }}', 'string 42'],
  [
    'atoi of other text is zero',
    '{{ atoi "4x" }} {{ atoi "" }} {{ atoi " 4" }} {{ atoi "0x10" }} {{ atoi "-007" }}',
    '0 0 0 0 -7',
  ],
  [
    'atoi of a number beyond 64 bits is the greatest',
    '{{ atoi "99999999999999999999" }} {{ atoi "-99999999999999999999" }} {{ atoi "99999999999999999999.x" }} {{ atoi "9999999999999999999.x" }}',
    '9223372036854775807 -9223372036854775808 9223372036854775807 0',
  ],
  [
    'toDecimal reads octal digits',
    '{{ "0777" | toDecimal }} {{ toDecimal 644 }} {{ toDecimal "9" }} {{ toDecimal "" }} {{ toDecimal "777777777777777777777777" }}',
    '511 420 0 0 0',
  ],
]

test.each(results)('%s', (_, template, result) => {
  expect(rendered(template, data)).toBe(result)
})
