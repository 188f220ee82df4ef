import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { ExternalSecret } from '../../src/api/externalsecret.ts'
import { externalSecretViolations } from '../../src/api/externalsecret-rules.ts'
import { newNamespace, sharedCluster } from '../cluster/shared.ts'
import { applyCertManagerCrds } from '../partners/cert-manager.ts'

const directory = join(import.meta.dirname, '../../config/samples')
const samples = readdirSync(directory).filter((it) => it.endsWith('.yaml'))
const ofPkis = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((it) =>
  /^(pki\/|mockca\/).*\.yaml$/.test(it),
)

let namespace: string
beforeAll(async () => {
  namespace = await newNamespace('samples')
  await applyCertManagerCrds(sharedCluster())
})

test('there are samples of every kind that is served', async () => {
  const texts = await Promise.all(samples.map((it) => readFile(join(directory, it), 'utf8')))

  for (const kind of ['ExternalSecret', 'SecretStore', 'ClusterSecretStore']) {
    expect(texts.some((it) => it.includes(`\nkind: ${kind}\n`))).toBe(true)
  }
})

test.each(samples)('%s is accepted by the API server, every field of it known', async (name) => {
  expect(await applied(name, namespace)).toMatch(/created \(server dry run\)/)
})

test('there are samples of every preset, whole', () => {
  const files = ['certificate', 'configmap', 'externalclusterissuer', 'externalissuer', 'secret']
  const folders = new Map(
    Object.entries(Object.groupBy(ofPkis, (it) => it.split('/').slice(0, -1).join('/'))),
  )
  folders.delete('mockca')

  expect([...folders.keys()].toSorted()).toEqual(
    ['akeyless', 'custom', 'ejbca', 'step-ca', 'vault', 'venafi-saas', 'venafi-tpp'].map((it) => `pki/${it}`),
  )
  for (const [folder, found] of folders)
    expect(found?.toSorted()).toEqual(files.map((it) => `${folder}/${it}.yaml`))
})

test.each(ofPkis)('%s is accepted by the API server, every field of it known', async (name) => {
  const text = await readFile(join(directory, name), 'utf8')
  const [home = namespace] = text.match(/(?<=^ {2}namespace: ).+$/m) ?? []
  if (home !== namespace) await ensureNamespace(home)

  expect(await applied(name, home)).toMatch(/(created|configured|unchanged) \(server dry run\)/)
})

function applied(name: string, home: string): Promise<string> {
  const options = ['--dry-run=server', '--validate=strict']
  return sharedCluster().kubectl('apply', '-n', home, ...options, '-f', join(directory, name))
}

/** Other tests may make the same one. */
async function ensureNamespace(name: string): Promise<void> {
  await sharedCluster()
    .kubectl('create', 'namespace', name)
    .catch((error: unknown) => {
      if (!String(error).includes('AlreadyExists')) throw error
    })
}

test.each(samples.filter((it) => it.startsWith('externalsecret')))(
  '%s breaks no rule of the controller',
  async (name) => {
    const documents = parseAllDocuments(await readFile(join(directory, name), 'utf8')).map((it) =>
      ExternalSecret.parse(it.toJS()),
    )

    expect(documents.map((it) => externalSecretViolations(it.spec))).toEqual(documents.map(() => []))
  },
)
