import { expect, test } from 'vitest'
import { failureOf, rendered } from '../../../test/fakes/template/rendered.ts'

// What ESO's engine gives.
const results: readonly [name: string, template: string, result: string][] = [
  [
    'merge keeps what is there',
    '{{ merge (dict "a" 1 "b" "") (dict "a" 2 "b" 3 "c" 4) (dict "c" 5 "d" 6) }}',
    'map[a:1 b:3 c:4 d:6]',
  ],
  [
    'merge goes into maps',
    '{{ merge (dict "x" (dict "a" 1)) (dict "x" (dict "a" 2 "b" 3)) }}',
    'map[x:map[a:1 b:3]]',
  ],
  [
    'merge replaces empty values, even by empty ones',
    '{{ merge (dict "a" false "b" 0 "c" (list)) (dict "a" true "b" "" "c" (list 1)) }}',
    'map[a:true b: c:[1]]',
  ],
  ['merge keeps lists', '{{ merge (dict "a" (list 1)) (dict "a" (list 2 3)) }}', 'map[a:[1]]'],
  ['merge ignores nil', '{{ merge (dict "a" nil) (dict "a" 1 "b" nil) }}', 'map[a:1]'],
  [
    'merge shares maps with its sources',
    '{{ $s := dict "x" (dict "a" 1) }}{{ $m := merge (dict) $s }}{{ $_ := set $m.x "b" 2 }}{{ $s }}',
    'map[x:map[a:1 b:2]]',
  ],
  [
    'merge leaves sources of a deep copy alone',
    '{{ $s := dict "x" (dict "a" 1) }}{{ $m := deepCopy $s | merge (dict) }}{{ $_ := set $m.x "b" 2 }}{{ $s }}',
    'map[x:map[a:1]]',
  ],
  [
    'merge alters the first map',
    '{{ $d := dict "a" 1 }}{{ $_ := merge $d (dict "b" 2) }}{{ $d }} {{ mustMerge $d (dict "c" 3) }}',
    'map[a:1 b:2] map[a:1 b:2 c:3]',
  ],
  [
    'merge of different kinds keeps what is there',
    '{{ merge (dict "a" "text" "b" (dict "x" 1) "c" (list 1)) (dict "a" (dict "y" 2) "b" "text" "c" "text") }}',
    'map[a:text b:map[x:1] c:[1]]',
  ],
  [
    'mergeOverwrite takes the last',
    '{{ mergeOverwrite (dict "default" "default" "overwrite" "me" "key" true) (dict "overwrite" "overwritten" "key" false) }}',
    'map[default:default key:false overwrite:overwritten]',
  ],
  [
    'mergeOverwrite goes into maps',
    '{{ mergeOverwrite (dict "x" (dict "a" 1 "c" 9)) (dict "x" (dict "a" 2 "b" 3)) }}',
    'map[x:map[a:2 b:3 c:9]]',
  ],
  [
    'mergeOverwrite takes empty values too',
    '{{ mergeOverwrite (dict "a" 1 "b" "x" "c" (list 1)) (dict "a" 0 "b" "" "c" (list)) }}',
    'map[a:0 b: c:[]]',
  ],
  ['mergeOverwrite takes nil too', '{{ mustMergeOverwrite (dict "a" 1) (dict "a" nil) }}', 'map[a:<nil>]'],
  [
    'mergeOverwrite puts a map over a text',
    '{{ mergeOverwrite (dict "a" "text" "b" (dict "x" 1)) (dict "a" (dict "y" 2) "b" "text") }}',
    'map[a:map[y:2] b:text]',
  ],
]

test.each(results)('%s', (_, template, result) => {
  expect(rendered(template)).toBe(result)
})

const failures: readonly [name: string, template: string][] = [
  [
    'mergeOverwrite of text into a map of text',
    '{{ mergeOverwrite (dict "m" (split "," "a,b")) (dict "m" (dict "_0" "z")) }}',
  ],
]

test.each(failures)('%s', (_, template) => {
  expect(failureOf(template)).toMatch(/^at <.*>: /)
})

test('what mergo refuses is an error, and an empty text in eso', () => {
  const template = '[{{ merge (dict "a" (semver "1.2.3")) (dict "a" (dict)) }}]'

  expect(failureOf(template)).toContain('cannot merge values of different types')
  expect(rendered(template, {}, { compat: 'eso' })).toBe('[]')
})
