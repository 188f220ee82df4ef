import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { expect, test } from 'vitest'

const page = readFileSync('docs/security.md', 'utf8')

test('S43: the page says first what a SecretStore means', () => {
  expect(page.slice(0, 700)).toMatch(
    /create a SecretStore in a namespace can send that namespace's credentials to a URL/,
  )
})

test('every test that the page names is there', () => {
  const known = new Set(globSync('{src,test}/**/*.test.ts').map((it) => basename(it)))
  const named = [...page.matchAll(/`(?:[\w./-]+\/)?([\w-]+\.test\.ts)`/g)].map(([, name = '']) => name)

  expect(named.length).toBeGreaterThan(40)
  expect(named.filter((it) => !known.has(it))).toEqual([])
})

test('every requirement has its row, and a test that names one names one of these', () => {
  const rows = page
    .split('\n')
    .filter((it) => /^\| S\d/.test(it))
    .map((it) => it.split('|')[1] ?? '')
    .flatMap(numbersIn)
  const tested = globSync('{src,test}/**/*.test.ts').flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/(?:test|describe)\(['"`](S[\d, S]+):/g)].flatMap(([, it = '']) =>
      numbersIn(it),
    ),
  )

  // The halves may have a row each.
  expect([...new Set(rows)].toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 43 }, (_, index) => index + 1),
  )
  expect(tested.length).toBeGreaterThan(30)
  expect(tested.filter((it) => !rows.includes(it))).toEqual([])
})

/** `S4 S6` and `S32-S37` as numbers. */
function numbersIn(text: string): number[] {
  return [...text.matchAll(/S(\d+)(?:-S(\d+))?/g)].flatMap(([, from = '', to = from]) =>
    Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => Number(from) + index),
  )
}
