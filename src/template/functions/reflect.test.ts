import { expect, test } from 'vitest'
import { rendered } from '../../../test/fakes/template/rendered.ts'

const data = {
  num: '42',
}

// What ESO's engine gives.
const results: readonly [name: string, template: string, result: string][] = [
  [
    'typeOf names Go types',
    '{{ typeOf 1 }} {{ typeOf 1.0 }} {{ typeOf "a" }} {{ typeOf nil }} {{ typeOf true }} {{ typeOf (list) }} {{ typeOf (dict) }} {{ typeOf (until 1) }} {{ typeOf (add 1) }} {{ typeOf (semver "1.2.3") }} {{ typeOf . }}',
    'int float64 string <nil> bool []interface {} map[string]interface {} []int int64 *semver.Version map[string]string',
  ],
  [
    'typeIs compares type names',
    '{{ typeIs "string" "a" }} {{ typeIs "int" 1 }} {{ typeIs "int64" 1 }} {{ typeIsLike "semver.Version" (semver "1.0.0") }} {{ typeIs "semver.Version" (semver "1.0.0") }}',
    'true true false true false',
  ],
  [
    'kindOf names Go kinds',
    '{{ kindOf "hello" }} {{ kindOf nil }} {{ kindOf (list) }} {{ kindOf (dict) }} {{ kindOf 1.5 }} {{ kindOf (semver "1.0.0") }} {{ kindIs "int" 123 }} {{ kindIs "slice" (list) }}',
    'string invalid slice map float64 ptr true true',
  ],
  [
    'deepEqual compares through and through',
    '{{ deepEqual (list 1 2 3) (list 1 2 3) }} {{ deepEqual (list 1) (list "1") }} {{ deepEqual 1 (int64 1) }} {{ deepEqual (dict "a" (list nil)) (dict "a" (list nil)) }} {{ deepEqual nil nil }}',
    'true false false true true',
  ],
]

test.each(results)('%s', (_, template, result) => {
  expect(rendered(template, data)).toBe(result)
})
