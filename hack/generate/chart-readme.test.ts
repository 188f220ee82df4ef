import { expect, test } from 'vitest'
import { chartReadmeFile } from './chart-readme.ts'
import { documentedValues } from './chart-values.ts'

test('documentedValues() takes the words right above a key for it, however deep it lies', () => {
  const text = `
# -- Not of any key

# -- Of a
a: 1
b:
  # -- Of b.c
  c: {d: 2}
  # Plain
  e: 3
`

  expect(documentedValues(text)).toEqual([
    { path: ['a'], words: 'Of a', default: 1 },
    { path: ['b', 'c'], words: 'Of b.c', default: { d: 2 } },
  ])
})

test('the README of the chart has a row for each value, with its default and its words', () => {
  const rows = chartReadmeFile().text.split('\n')

  expect(rows).toContain(
    '| externalSecrets.concurrent | int | `20` | ExternalSecrets worked on at a time, 1 to 50 |',
  )
  for (const { path } of documentedValues())
    expect(rows.filter((it) => it.startsWith(`| ${path.join('.')} | `))).toHaveLength(1)
})
