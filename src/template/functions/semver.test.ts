import { expect, test } from 'vitest'
import { failureOf, rendered } from '../../../test/fakes/template/rendered.ts'

// What ESO's engine gives.
const results: readonly [name: string, template: string, result: string][] = [
  [
    'semver has parts',
    '{{ $v := semver "v1.2.3-alpha.1+123" }}{{ $v }} {{ $v.Major }} {{ $v.Minor }} {{ $v.Patch }} {{ $v.Prerelease }} {{ $v.Metadata }} {{ $v.Original }} {{ printf "%T %T" $v $v.Major }}',
    '1.2.3-alpha.1+123 1 2 3 alpha.1 123 v1.2.3-alpha.1+123 *semver.Version uint64',
  ],
  [
    'semver reads loose versions',
    '{{ semver "1" }} {{ semver "v1.2" }} {{ semver "01.02.03" }}',
    '1.0.0 1.2.0 1.2.3',
  ],
]

test.each(results)('%s', (_, template, result) => {
  expect(rendered(template)).toBe(result)
})

const failures: readonly [name: string, template: string][] = [
  ['semver of other text is an error', '{{ semver "one" }}'],
  ['semver of four parts is an error', '{{ semver "1.2.3.4" }}'],
  ['semver of a prerelease with a leading zero is an error', '{{ semver "1.2.3-01" }}'],
]

test.each(failures)('%s', (_, template) => {
  expect(failureOf(template)).toMatch(/^at <.*>: /)
})
