import { expect, test } from 'vitest'
import { failureOf, rendered } from '../../../test/fakes/template/rendered.ts'

// What ESO's engine gives.
const results: readonly [name: string, template: string, result: string][] = [
  [
    'deepCopy copies maps and lists',
    '{{ $m := dict "a" (dict "b" 1) "l" (list (dict "c" 2)) }}{{ $c := deepCopy $m }}{{ $_ := set $c.a "b" 2 }}{{ $m }} {{ $c }}',
    'map[a:map[b:1] l:[map[c:2]]] map[a:map[b:2] l:[map[c:2]]]',
  ],
  [
    'deepCopy keeps types',
    '{{ deepCopy (splitList "," "a,b") | printf "%T" }} {{ mustDeepCopy (dict "a" 1) | printf "%T" }} {{ deepCopy 1.5 }}',
    '[]string map[string]interface {} 1.5',
  ],
  [
    'deepCopy of a version copies none of its private fields',
    '{{ deepCopy (semver "v1.2") }} {{ deepCopy (semver "v1.2") | typeOf }} {{ (deepCopy (semver "v1.2")).Original | quote }}',
    '0.0.0 *semver.Version ""',
  ],
]

test.each(results)('%s', (_, template, result) => {
  expect(rendered(template)).toBe(result)
})

const failures: readonly [name: string, template: string][] = [
  ['deepCopy of nil is an error', '{{ deepCopy nil }}'],
]

test.each(failures)('%s', (_, template) => {
  expect(failureOf(template)).toMatch(/^at <.*>: /)
})
