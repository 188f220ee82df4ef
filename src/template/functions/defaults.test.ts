import { expect, test } from 'vitest'
import { failureOf, rendered } from '../../../test/fakes/template/rendered.ts'

const data = {
  empty: '',
  num: '42',
}

// What ESO's engine gives.
const results: readonly [name: string, template: string, result: string][] = [
  [
    'default takes the place of empty values',
    '{{ default "foo" .empty }} {{ .num | default "foo" }} {{ default 1 0 }} {{ default 1 0.0 }} {{ default 1 false }} {{ default 1 nil }} {{ default 1 (list) }} {{ default 1 (dict) }} {{ default 1 (list nil) }} {{ default "only" }}',
    'foo 42 1 1 1 1 1 1 [<nil>] only',
  ],
  [
    'empty knows empty values',
    '{{ empty "" }} {{ empty 0 }} {{ empty nil }} {{ empty false }} {{ empty (list) }} {{ empty " " }} {{ empty "0" }} {{ empty (semver "0.0.0") }}',
    'true true true true true false false false',
  ],
  [
    'coalesce takes the first that is not empty',
    '{{ coalesce 0 1 2 }} {{ coalesce .empty nil "Matt" }} {{ coalesce }} {{ coalesce 0 "" }}',
    '1 Matt <no value> <no value>',
  ],
  ['all asks whether none is empty', '{{ all 0 1 2 }} {{ all 1 "a" true }} {{ all }}', 'false true true'],
  ['any asks whether one is not empty', '{{ any 0 1 2 }} {{ any 0 "" nil }} {{ any }}', 'true false false'],
  [
    'ternary chooses',
    '{{ ternary "foo" "bar" true }} {{ true | ternary "foo" "bar" }} {{ ternary "foo" "bar" false }} {{ false | ternary "foo" "bar" }}',
    'foo foo bar bar',
  ],
]

test.each(results)('%s', (_, template, result) => {
  expect(rendered(template, data)).toBe(result)
})

const failures: readonly [name: string, template: string][] = [
  ['ternary takes only truth values', '{{ ternary "a" "b" "true" }}'],
]

test.each(failures)('%s', (_, template) => {
  expect(failureOf(template, data)).toMatch(/^at <.*>: /)
})
