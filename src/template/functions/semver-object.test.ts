import { expect, test } from 'vitest'
import { rendered } from '../../../test/fakes/template/rendered.ts'
import { Version } from './semver-object.ts'
import { parseVersion } from './semver-version.ts'

// What ESO's engine gives.
const results: readonly [name: string, template: string, result: string][] = [
  [
    'semver compares',
    '{{ semver "1.4.3" | (semver "1.2.3").Compare }} {{ (semver "2.0").GreaterThan (semver "1.9") }} {{ (semver "1.0.0").Equal (semver "1.0.0+x") }} {{ (semver "1.0.0-a").LessThan (semver "1.0.0-b") }}',
    '-1 true true true',
  ],
  [
    'semver gives the next one',
    '{{ (semver "v1.2.3-rc.1").IncPatch }} {{ (semver "1.2.3").IncMinor }} {{ (semver "1.2.3+x").IncMajor }} {{ ((semver "1.2.3").SetPrerelease "rc.1").String }} {{ ((semver "1.2.3").SetMetadata "b5").IncPatch }}',
    '1.2.3 1.3.0 2.0.0 1.2.3-rc.1 1.2.4',
  ],
]

test.each(results)('%s', (_, template, result) => {
  expect(rendered(template)).toBe(result)
})

test('a version is its text in JSON', () => {
  const parts = parseVersion('v1.2-a')
  expect(parts && new Version(parts, 'ptr').jsonForm()).toBe('1.2.0-a')
})
