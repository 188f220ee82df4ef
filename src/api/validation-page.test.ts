import { glob, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** The text of the test files of each name without endings. */
async function testTexts(): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>()
  for await (const file of glob(['src/*/*.test.ts', 'test/integration/*.test.ts'], { cwd: root })) {
    const name = basename(file, '.test.ts')
    texts.set(name, `${texts.get(name) ?? ''}${await readFile(join(root, file), 'utf8')}`)
  }
  return texts
}

test('every test that docs/validation.md names exists', async () => {
  const page = await readFile(join(root, 'docs/validation.md'), 'utf8')
  const texts = await testTexts()
  const named = [...page.matchAll(/`([a-z-]+): ([^`]+)`/g)].map(([, file = '', title = '']) => ({
    file,
    title,
  }))
  const missing = named.filter(({ file, title }) => texts.get(file)?.includes(`'${title}'`) !== true)

  expect(named.length).toBeGreaterThan(50)
  expect(missing).toEqual([])
})

test('every file that docs/validation.md names as a rule exists', async () => {
  const page = await readFile(join(root, 'docs/validation.md'), 'utf8')
  const names = new Set<string>()
  for await (const file of glob('src/*/*.ts', { cwd: root })) names.add(basename(file))
  const named = [...page.matchAll(/`([a-z-]+\.ts|[a-z-]+-rules)`/g)].map(([, name = '']) =>
    name.replace(/\.ts$/, ''),
  )

  expect(named.filter((it) => !names.has(`${it}.ts`))).toEqual([])
})
