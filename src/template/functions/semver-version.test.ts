import { expect, test } from 'vitest'
import { parseVersion, textOfVersion } from './semver-version.ts'

test.each([
  ['1', '1.0.0'],
  ['v1.2', '1.2.0'],
  ['01.002.0003', '1.2.3'],
  ['1.2.3-rc.1+b.05', '1.2.3-rc.1+b.05'],
  ['1-x', '1.0.0-x'],
  ['18446744073709551615.0.0', '18446744073709551615.0.0'],
])('%s is %s', (text, full) => {
  const version = parseVersion(text)

  expect(version && textOfVersion(version)).toBe(full)
})

test.each([
  '',
  'v',
  'V1',
  '1.',
  '1.2.3.4',
  '1.2.3-',
  '1.2.3-01',
  '1.2.3-a.00',
  '1.2.3+',
  ' 1',
  '1\n',
  '18446744073709551616',
])('%j is no version', (text) => {
  expect(parseVersion(text)).toBeUndefined()
})
