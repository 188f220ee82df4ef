import { expect, test } from 'vitest'
import { compareVersions } from './semver-compare.ts'
import { parseVersion } from './semver-version.ts'

// In the order of semver.org, section 11, and of what Masterminds/semver makes of odd ones.
const ordered = [
  '0.0.1',
  '1.0.0-1',
  '1.0.0-11',
  '1.0.0--',
  '1.0.0-99999999999999999999',
  '1.0.0-alpha',
  '1.0.0-alpha.1',
  '1.0.0-alpha.beta',
  '1.0.0-beta',
  '1.0.0-beta.2',
  '1.0.0-beta.11',
  '1.0.0-rc.1',
  '1.0.0',
  '1.0.1',
  '1.2.0',
  '2.0.0',
  '18446744073709551615.0.0',
].map((text) => parseVersion(text))

test('versions are in order', () => {
  for (const [first, a] of ordered.entries())
    for (const [second, b] of ordered.entries()) {
      if (a === undefined || b === undefined) throw new Error('a version cannot be read')
      expect(compareVersions(a, b)).toBe(Math.sign(first - second))
    }
})
