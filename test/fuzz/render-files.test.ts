import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readData } from '../../src/cli/render-data.ts'
import { readManifests } from '../../src/cli/render-manifests.ts'
import { Failure } from '../../src/std/failure.ts'
import { both, canary, fuzzAsync } from './fuzz.ts'
import { mutated } from './mutated.ts'

const folder = mkdtempSync(join(tmpdir(), 'keyferry-fuzz-'))
const file = join(folder, 'file.yaml')
const isFailure = (error: unknown) => error instanceof Failure

afterAll(() => rmSync(folder, { recursive: true }))

const manifest = `apiVersion: v1
kind: Secret
metadata: {name: a}
stringData: {password: "${canary}"}
---
apiVersion: v1
kind: List
items: [{apiVersion: v1, kind: ConfigMap, metadata: {name: b}, data: {k: v}}]
`

test('manifests to render are objects or a Failure that shows nothing of them', async () => {
  const read = async (text: string) => {
    writeFileSync(file, text)
    await readManifests([file])
  }

  expect(await fuzzAsync(mutated(manifest), read, { isOwn: isFailure, runs: 500 })).toEqual(both)
})

test('data to render with are values or a Failure that shows none of them', async () => {
  const read = async (text: string) => {
    writeFileSync(file, text)
    await readData(file)
  }
  const data = mutated(`password: ${canary}\nblob: {base64: aGVsbG8=}\nn: 1.50\n`)

  expect(await fuzzAsync(data, read, { isOwn: isFailure, runs: 500 })).toEqual(both)
})

test.each([
  ['manifests', (name: string) => readManifests([name])],
  ['data', (name: string) => readData(name)],
])('a value of %s that looks like an alias is not shown', async (_what, read) => {
  writeFileSync(
    file,
    `kind: Secret\napiVersion: v1\nmetadata: {name: a}\nstringData: {p: *${canary} }\nq: *${canary}\n`,
  )

  const error: unknown = await read(file).catch((it: unknown) => it)

  expect(error).toBeInstanceOf(Failure)
  expect(String(error)).not.toContain(canary)
})
