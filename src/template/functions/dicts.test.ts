import { expect, test } from 'vitest'
import { failureOf, rendered } from '../../../test/fakes/template/rendered.ts'

// What ESO's engine gives.
const results: readonly [name: string, template: string, result: string][] = [
  [
    'dict makes a map',
    '{{ $m := dict "name1" "value1" "name2" "value2" "name3" "value 3" }}{{ $m }} {{ printf "%T" $m }} {{ $m.name3 }}',
    'map[name1:value1 name2:value2 name3:value 3] map[string]interface {} value 3',
  ],
  ['dict with a key alone gives it an empty text', '{{ dict "a" 1 "b" | toString }}', 'map[a:1 b:]'],
  ['dict takes keys of any type', '{{ dict 1 "one" true "yes" nil "no" }}', 'map[1:one <nil>:no true:yes]'],
  ['dict keeps the last of equal keys', '{{ dict "a" 1 "a" 2 }}', 'map[a:2]'],
  [
    'get finds a value',
    '{{ $m := dict "name1" "value1" "name2" "value2" "name3" "value 3" }}{{ get $m "name1" }} [{{ get $m "other" }}] {{ get (dict "a" nil) "a" }}',
    'value1 [] <no value>',
  ],
  ['get of nil is empty', '[{{ get nil "a" }}]', '[]'],
  [
    'set alters the map',
    '{{ $m := dict "name1" "value1" "name2" "value2" "name3" "value 3" }}{{ $_ := set $m "name4" "value4" }}{{ $m }} {{ set (dict) "a" nil }}',
    'map[name1:value1 name2:value2 name3:value 3 name4:value4] map[a:<nil>]',
  ],
  [
    'unset alters the map',
    '{{ $m := dict "name1" "value1" "name2" "value2" "name3" "value 3" }}{{ $_ := unset $m "name1" }}{{ $m }} {{ unset $m "nowhere" | len }}',
    'map[name2:value2 name3:value 3] 2',
  ],
  [
    'hasKey asks for a key',
    '{{ $m := dict "name1" "value1" "name2" "value2" "name3" "value 3" }}{{ hasKey $m "name1" }} {{ hasKey $m "x" }} {{ hasKey (dict "a" nil) "a" }}',
    'true false true',
  ],
  [
    'pluck takes a key of many maps',
    '{{ $m := dict "name1" "value1" "name2" "value2" "name3" "value 3" }}{{ pluck "name1" $m (dict "name1" "other") (dict) (dict "name1" "") }} {{ pluck "none" $m | first }}',
    '[value1 other ] <no value>',
  ],
  [
    'keys are listed',
    '{{ $m := dict "name1" "value1" "name2" "value2" "name3" "value 3" }}{{ keys $m | sortAlpha }} {{ keys $m (dict "name1" 1 "z" 2) | uniq | sortAlpha }} {{ keys }}',
    '[name1 name2 name3] [name1 name2 name3 z] []',
  ],
  [
    'values are listed',
    '{{ $m := dict "name1" "value1" "name2" "value2" "name3" "value 3" }}{{ values $m | sortAlpha }} {{ values (dict) }}',
    '[value 3 value1 value2] []',
  ],
  [
    'pick keeps some keys',
    '{{ $m := dict "name1" "value1" "name2" "value2" "name3" "value 3" }}{{ pick $m "name1" "name2" "none" }}',
    'map[name1:value1 name2:value2]',
  ],
  [
    'omit drops some keys',
    '{{ $m := dict "name1" "value1" "name2" "value2" "name3" "value 3" }}{{ omit $m "name1" "name3" "none" }}',
    'map[name2:value2]',
  ],
]

test.each(results)('%s', (_, template, result) => {
  expect(rendered(template)).toBe(result)
})

const failures: readonly [name: string, template: string][] = [
  ['get takes no map of text', '{{ get (split "," "a,b") "_0" }}'],
]

test.each(failures)('%s', (_, template) => {
  expect(failureOf(template)).toMatch(/^at <.*>: /)
})
