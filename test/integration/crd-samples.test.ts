import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { ExternalSecret } from '../../src/api/externalsecret.ts'
import { externalSecretViolations } from '../../src/api/externalsecret-rules.ts'
import { newNamespace, sharedCluster } from '../cluster/shared.ts'

const directory = join(import.meta.dirname, '../../config/samples')
const samples = readdirSync(directory)

let namespace: string
beforeAll(async () => {
  namespace = await newNamespace('samples')
})

test('there are samples of every kind that is served', async () => {
  const texts = await Promise.all(samples.map((it) => readFile(join(directory, it), 'utf8')))

  for (const kind of ['ExternalSecret', 'SecretStore', 'ClusterSecretStore']) {
    expect(texts.some((it) => it.includes(`\nkind: ${kind}\n`))).toBe(true)
  }
})

test.each(samples)('%s is accepted by the API server, every field of it known', async (name) => {
  const file = join(directory, name)

  const applied = await sharedCluster().kubectl(
    'apply',
    '-n',
    namespace,
    '--dry-run=server',
    '--validate=strict',
    '-f',
    file,
  )

  expect(applied).toMatch(/created \(server dry run\)/)
})

test.each(samples.filter((it) => it.startsWith('externalsecret')))(
  '%s breaks no rule of the controller',
  async (name) => {
    const documents = parseAllDocuments(await readFile(join(directory, name), 'utf8')).map((it) =>
      ExternalSecret.parse(it.toJS()),
    )

    expect(documents.map((it) => externalSecretViolations(it.spec))).toEqual(documents.map(() => []))
  },
)
