import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { recordedGoldens } from '../test/goldens/recorded.ts'

const root = join(import.meta.dirname, '..')
const page = readFileSync(join(root, 'docs/conformance.md'), 'utf8')
const rows = page.split('\n').filter((it) => it.startsWith('|'))
const goldens = await recordedGoldens()

function named(pattern: RegExp, text: string): readonly string[] {
  return [...new Set([...text.matchAll(pattern)].map((it) => it[1] ?? ''))]
}

/** As the page says how its third column is read. */
function fileOf(name: string): string {
  if (!name.includes('/')) return `test/integration/${name}.test.ts`
  return name.startsWith('e2e/') ? `test/${name}.test.ts` : `src/${name}.test.ts`
}

test('every golden that the page names was recorded', () => {
  const names = named(/golden `([^`]+)`/g, page.split('\n').slice(3).join('\n')).filter((it) => it !== 'NAME')

  expect(names.filter((it) => !goldens.has(it))).toEqual([])
  expect(names.length).toBeGreaterThan(50)
})

test('every test that the page names is there', () => {
  const held = rows.join('\n').replaceAll(/golden `[^`]+`/g, '')
  const files = named(/`([a-z0-9/-]+)`/g, held.replaceAll('`data-hash`', '')).map(fileOf)

  expect(files.filter((it) => !existsSync(join(root, it)))).toEqual([])
  expect(files.length).toBeGreaterThan(30)
})
