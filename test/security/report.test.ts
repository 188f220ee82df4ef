import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

test('S36: SECURITY.md says how to report, when one hears of it, and which versions are mended', () => {
  const text = readFileSync('SECURITY.md', 'utf8').replaceAll(/\s+/g, ' ')

  expect(text).toMatch(/report a vulnerability.*privately/i)
  expect(text).toMatch(/first answer within 3 working days/)
  expect(text).toMatch(/fixes go into the newest minor version/i)
  expect(readFileSync('README.md', 'utf8')).toContain('(SECURITY.md)')
})

test('S36: the chart says whether it mends a vulnerability', () => {
  const { annotations } = parse(readFileSync('charts/keyferry/Chart.yaml', 'utf8')) as {
    readonly annotations: Readonly<Record<string, string>>
  }

  expect(annotations['artifacthub.io/containsSecurityUpdates']).toMatch(/^(true|false)$/)
})
