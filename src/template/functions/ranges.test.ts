import { expect, test } from 'vitest'
import { rendered } from '../../../test/fakes/template/rendered.ts'

// What ESO's engine gives.
const results: readonly [name: string, template: string, result: string][] = [
  [
    'until counts',
    '{{ until 5 }} {{ until 0 }} {{ until -3 }} {{ range $i, $e := until 3 }}{{ $i }}={{ $e }};{{ end }}',
    '[0 1 2 3 4] [] [0 -1 -2] 0=0;1=1;2=2;',
  ],
  [
    'untilStep counts by steps',
    '{{ untilStep 3 6 2 }} {{ untilStep 0 -6 -2 }} {{ untilStep 0 5 0 }} {{ untilStep 0 5 -1 }} {{ untilStep 5 0 1 }}',
    '[3 5] [0 -2 -4] [] [] []',
  ],
  [
    'seq counts as the command does',
    '{{ seq 5 }};{{ seq -3 }};{{ seq 0 2 }};{{ seq 2 -2 }};{{ seq 0 2 10 }};{{ seq 0 -2 -5 }}',
    '1 2 3 4 5;1 0 -1 -2 -3;0 1 2;2 1 0 -1 -2;0 2 4 6 8 10;0 -2 -4',
  ],
  [
    'seq of odd bounds is empty or short',
    '[{{ seq }}] [{{ seq 0 2 -5 }}] [{{ seq 1 2 3 4 }}] [{{ seq 1 0 5 }}] {{ seq 0 }} {{ seq 3 3 }}',
    '[] [] [] [] 1 0 3',
  ],
]

test.each(results)('%s', (_, template, result) => {
  expect(rendered(template)).toBe(result)
})
