import { afterAll, beforeAll, expect, test } from 'vitest'
import { keyCases } from '../template/arbitrary-keys.ts'
import { compare, describe } from '../template/compare.ts'
import { corpusFiles, readCorpus } from '../template/corpus.ts'
import { type Findings, findDifferences } from '../template/find-differences.ts'
import { type GoEngine, startGoEngine } from '../template/go-engine.ts'
import { makeKeyMaterial } from '../template/key-material.ts'
import { renderOurs } from '../template/our-engine.ts'

let engine: GoEngine

beforeAll(async () => {
  engine = await startGoEngine()
})
afterAll(async () => {
  await engine[Symbol.asyncDispose]()
})

test.each(corpusFiles())('the cases of corpus/%s render as in the real engine', async (file) => {
  const cases = readCorpus(file)
  const faults: string[] = []
  for (const it of cases) {
    const result = await compare(it, engine, 30_000)
    if (result.kind === 'different') faults.push(`${it.name}\n${describe(result.difference)}`)
    if (result.kind === 'limited') faults.push(`${it.name}\n  was ended by a limit`)
  }
  expect(cases.length).toBeGreaterThan(0)
  expect(faults.join('\n\n')).toBe('')
})

const seed = 20261121
const count = 4000

test(`${count} generated cases render as in the real engine`, async () => {
  expect(faultsOf(await findDifferences(engine, { seed, count }))).toBe('')
})

test('certificates and keys, cut up and mixed, come out of both engines as the same', async () => {
  const from = keyCases(await makeKeyMaterial(engine))
  expect(faultsOf(await findDifferences(engine, { seed, count: 1000, from }))).toBe('')
})

/** What the search says against us, in words; a comparison that limits end says nothing, so those have to stay rare. */
function faultsOf({ compared, different, differences, limited }: Findings): string {
  if (different > 0) return differences.map((it) => `seed ${seed}\n${describe(it)}`).join('\n\n')
  return limited > compared / 100 ? `${limited} of ${compared} were ended by a limit` : ''
}

test('no function of the real engine is missing', async () => {
  const missing: string[] = []
  for (const name of await engine.functions()) {
    const ours = await renderOurs({ name, template: `{{ if false }}{{ ${name} }}{{ end }}`, data: {} })
    if (ours.kind !== 'output') missing.push(name)
  }
  expect(missing.filter((it) => it !== 'getSecretKey' && it !== 'getHostByName')).toEqual([])
})
