import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { ExternalSecret } from '../../src/api/externalsecret.ts'
import { checkSpec } from '../../src/externalsecret/check-spec.ts'
import { sharedCluster } from '../cluster/shared.ts'
import { newServedWorld, type ServedWorld } from '../manager/served-world.ts'
import type { World } from '../manager/world.ts'
import { type Api, bareApi, pathOf } from './crd-api.ts'

interface Manifest {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly spec: Readonly<Record<string, unknown>>
}

interface Example {
  /** The heading that it stands below. */
  readonly title: string
  readonly manifest: Manifest
}

const cluster = sharedCluster()
const page = await readFile(join(import.meta.dirname, '../../docs/externalsecret.md'), 'utf8')
const examples = examplesIn(page)
let scene: ServedWorld
let world: World
let api: Api

beforeAll(async () => {
  api = bareApi()
  scene = await newServedWorld(cluster)
  world = scene.world
  await world.apply(storeOf('akeyless', items), storeOf('akeyless-legacy', { '/legacy/token': 'old' }))
})

afterAll(async () => {
  await api?.[Symbol.asyncDispose]()
  await scene?.[Symbol.asyncDispose]()
})

const isExternalSecret = ({ manifest }: Example) => manifest.kind === 'ExternalSecret'

/** Whole manifests as they stand; a part of a spec over that of the first ExternalSecret, as the page says. */
function examplesIn(text: string): readonly Example[] {
  const found: Example[] = []
  let title = ''
  for (const [, heading, block = ''] of text.matchAll(/^#+ (.*)$|^```yaml\n([\s\S]*?)^```$/gm)) {
    if (heading !== undefined) title = heading
    const documents = block === '' ? [] : parseAllDocuments(block).map((it) => it.toJS() as Manifest)
    for (const it of documents) found.push({ title, manifest: wholeOf(it, found) })
  }
  return found
}

function wholeOf(given: Manifest, earlier: readonly Example[]): Manifest {
  if (given.kind !== undefined) return given
  const base = earlier.find((it) => it.manifest.kind === 'ExternalSecret')?.manifest
  if (base === undefined) throw new Error('the page begins with a part of a spec')
  const metadata = { ...base.metadata, name: `example-${earlier.length}` }
  return { ...base, metadata, spec: { ...base.spec, ...given.spec } }
}

const pem = 'not\0text'
const items = {
  '/prod/shop/database-password': 's3cret',
  '/prod/shop/database-user': 'shop',
  '/prod/shop/database': JSON.stringify({
    username: 'shop',
    replicas: [{ host: 'db-1' }],
    users: [
      { name: 'bob', role: 'reader' },
      { name: 'ann', role: 'admin' },
    ],
  }),
  '/prod/shop/login': '{"username": "shop", "limit": 1.50}',
  '/prod/shop/limits': '{"limit": 2.50}',
  '/prod/shop/keystore': Buffer.from(pem).toString('base64'),
}

function storeOf(name: string, values: Readonly<Record<string, string>>): object {
  const data = Object.entries(values).map(([key, value]) => ({ key, value }))
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'SecretStore',
    metadata: { name, namespace: world.namespace },
    spec: { controller: world.controllerClass, provider: { fake: { data } } },
  }
}

function inTheWorld(manifest: Manifest): Manifest {
  return { ...manifest, metadata: { ...manifest.metadata, namespace: world.namespace } }
}

/** The data of the Secret that an example becomes; of several examples below one heading the `index`th. */
async function dataOf(title: string, index = 0): Promise<Record<string, string> | undefined> {
  const example = examples.filter((it) => it.title === title)[index]
  if (example === undefined) throw new Error(`the page has no example "${title}"`)
  const manifest = inTheWorld(example.manifest)
  await world.apply(manifest)
  await world.reason('externalsecret', manifest.metadata.name, 'Synced')
  const target = manifest.spec['target'] as { name?: string } | undefined
  return world.secret(target?.name ?? manifest.metadata.name)
}

test('every yaml of the page is taken for an example', () => {
  expect(page.match(/^```yaml$/gm)?.length).toBe(examples.length - 1)
  expect(examples.length).toBeGreaterThan(15)
})

test.each(examples)('"$title" is accepted by the API server, every field of it known', async (example) => {
  const { kind, metadata } = example.manifest
  const namespace = metadata.namespace === undefined ? undefined : world.namespace
  const path = `${pathOf(`${kind.toLowerCase()}s`, namespace)}?dryRun=All&fieldValidation=Strict`
  const manifest = { ...example.manifest, metadata: { name: `dry-${metadata.name}` } }

  expect(await api.send('POST', path, manifest)).toMatchObject({ status: 201, warning: undefined })
})

test.each(examples.filter(isExternalSecret))('"$title" breaks no rule of the controller', ({ manifest }) => {
  expect(checkSpec(manifest, { rolloutRestart: true }).spec).toEqual(ExternalSecret.parse(manifest).spec)
})

test.each([
  ['ExternalSecret and SecretStore', { password: 's3cret' }],
  ['One item', { password: 's3cret' }],
  ['A property of an item', { username: 'shop', host: 'db-1', admin: 'ann' }],
  ['A whole item, a key for each field', { username: 'shop', limit: '1.50' }],
  ['Many items', { 'database-password': 's3cret', 'database-user': 'shop' }],
  ['Several stores', { password: 's3cret', 'legacy-token': 'old' }],
  ['Other names: rewrite', { DB_USERNAME: 'shop', DB_LIMIT: '1.50' }],
  ['Decode, tags, NUL bytes', { 'keystore.p12': pem, tags: '[]' }],
  ['Which Secret', { username: 'shop', password: 's3cret' }],
  ['creationPolicy: who makes it, and whose it is', { password: 's3cret' }],
  ['deletionPolicy: when items are gone at the provider', { password: 's3cret' }],
  ['Immutable', { password: 's3cret' }],
  ['Not at any time: syncWindows', { password: 's3cret' }],
])('"%s" becomes the Secret that the page tells of', async (title, data) => {
  const index = examples.filter((it) => it.title === title).findIndex(isExternalSecret)

  expect(await dataOf(title, index)).toEqual(data)
})

test('of two items with one field the key of priority wins', async () => {
  expect(await dataOf('Other names: rewrite', 1)).toEqual({ username: 'shop', limit: '2.5' })
})

test('without a rewrite a key is the whole name, with _ for /', async () => {
  const find = { name: { regexp: '/database-' } }
  await world.apply(world.externalSecret('whole-names', { dataFrom: [{ find }] }))
  await world.reason('externalsecret', 'whole-names', 'Synced')

  expect(await world.secret('whole-names')).toEqual({
    '_prod_shop_database-password': 's3cret',
    '_prod_shop_database-user': 'shop',
  })
})
