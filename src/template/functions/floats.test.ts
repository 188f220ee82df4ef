import { expect, test } from 'vitest'
import { rendered } from '../../../test/fakes/template/rendered.ts'

// What ESO's engine gives.
const results: readonly [name: string, template: string, result: string][] = [
  ['maxf finds the greatest', '{{ maxf 1 2.5 3 }} {{ maxf "1.5" 1 }}', '3 1.5'],
  ['minf finds the least', '{{ minf 1.5 2 3 }} {{ minf 1 -0.5 }}', '1.5 -0.5'],
  [
    'floor rounds down',
    '{{ floor 123.9999 }} {{ floor -1.5 }} {{ floor "2.5" }} {{ floor 1e21 }}',
    '123 -2 2 1e+21',
  ],
  ['ceil rounds up', '{{ ceil 123.001 }} {{ ceil -1.5 }} {{ ceil 5 }}', '124 -1 5'],
  [
    'round keeps some places',
    '{{ round 123.555555 3 }} {{ round 10.5 0 }} {{ round -2.5 0 }} {{ round 1.005 2 }} {{ round 12345 -2 }}',
    '123.556 11 -3 1 12300',
  ],
  ['round takes another limit to round up at', '{{ round 1.26 1 0.7 }} {{ round 1.28 1 0.7 }}', '1.2 1.3'],
]

test.each(results)('%s', (_, template, result) => {
  expect(rendered(template)).toBe(result)
})
