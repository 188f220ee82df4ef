import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { sharedCluster } from '../cluster/shared.ts'
import { newServedWorld, type ServedWorld } from '../manager/served-world.ts'
import type { World } from '../manager/world.ts'

type Manifest = {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly spec?: object
}

/** The manifests of docs/templates.md, by the name of their ExternalSecret. */
const recipes = new Map<string, readonly Manifest[]>()
const cluster = sharedCluster()
let scene: ServedWorld
let world: World
let directory: string

beforeAll(async () => {
  await readRecipes()
  directory = await mkdtemp(join(tmpdir(), 'keyferry-recipes-'))
  scene = await newServedWorld(cluster)
  world = scene.world
  await world.apply(await storeOfItems())
})

afterAll(async () => {
  await scene?.[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

async function readRecipes(): Promise<void> {
  const text = await readFile(join(import.meta.dirname, '../../docs/templates.md'), 'utf8')
  for (const [, block = ''] of text.matchAll(/```yaml\n([\s\S]*?)```/g)) {
    const manifests = parseAllDocuments(block).map((it) => it.toJS() as Manifest)
    const name = manifests.find((it) => it.kind === 'ExternalSecret')?.metadata.name ?? ''
    recipes.set(name, manifests)
  }
}

const openssl = (...args: string[]) =>
  execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' }).toString()

/** What the recipes read at Akeyless. */
async function storeOfItems(): Promise<object> {
  const chain = await newChain()
  const database = { username: 'shop', password: 'p:@ss/"\\', host: 'db.example', port: 5432 }
  const items = {
    '/prod/shop/tls-p12': chain.p12,
    '/prod/shop/tls-password': 'changeit',
    '/prod/mesh/gateway': JSON.stringify({ certificate_pem: chain.pem, private_key_pem: chain.key }),
    '/prod/registry': JSON.stringify({ host: 'registry.example', user: 'ann', password: 'a"b' }),
    '/prod/shop/admin': JSON.stringify({ username: 'root', password: 'toor' }),
    '/prod/git/deploy-key': `\n${chain.key}\n\n`,
    '/prod/shop/db': JSON.stringify(database),
  }
  const data = Object.entries(items).map(([key, value]) => ({ key, value }))
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'SecretStore',
    metadata: { name: 'items', namespace: world.namespace },
    spec: { controller: world.controllerClass, provider: { fake: { data } } },
  }
}

/** A leaf under a root, made by openssl. */
async function newChain(): Promise<{ pem: string; key: string; p12: string }> {
  const newKey = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
  const commands = [
    `req -x509 ${newKey} -keyout ca.key -subj /CN=root -out ca.crt`,
    `req -x509 ${newKey} -keyout leaf.key -subj /CN=shop -CA ca.crt -CAkey ca.key -addext basicConstraints=critical,CA:FALSE -out leaf.crt`,
    'pkcs12 -export -inkey leaf.key -in leaf.crt -certfile ca.crt -passout pass:changeit -out leaf.p12',
  ]
  for (const it of commands) openssl(...it.split(' '))
  const read = (file: string, encoding: 'utf8' | 'base64' = 'utf8') =>
    readFile(join(directory, file), encoding)
  const pem = (await read('ca.crt')) + (await read('leaf.crt'))
  return { pem, key: await read('leaf.key'), p12: await read('leaf.p12', 'base64') }
}

/** The Secret that a recipe becomes. */
async function secretOf(recipe: string): Promise<{ type: string; data: Record<string, string> }> {
  const manifests = recipes.get(recipe) ?? []
  await world.apply(...manifests.map(inTheWorld))
  await world.reason('externalsecret', recipe, 'Synced')
  const { type } = (await world.get('secret', recipe)) as unknown as { type: string }
  return { type, data: (await world.secret(recipe)) ?? {} }
}

function inTheWorld({ kind, metadata, spec, ...rest }: Manifest): object {
  const store = { secretStoreRef: { name: 'items', kind: 'SecretStore' } }
  return {
    ...rest,
    kind,
    metadata: { ...metadata, namespace: world.namespace },
    ...(kind === 'ExternalSecret' ? { spec: { ...spec, ...store } } : {}),
  }
}

async function expectPair(data: Record<string, string>): Promise<void> {
  await writeFile(join(directory, 'out.crt'), data['tls.crt'] ?? '')
  await writeFile(join(directory, 'out.key'), data['tls.key'] ?? '')
  expect(openssl('pkey', '-in', 'out.key', '-pubout')).toBe(
    openssl('x509', '-in', 'out.crt', '-noout', '-pubkey'),
  )
}

test('the page has the recipes that are tried here', () => {
  expect([...recipes.keys()]).toEqual([
    'shop-tls',
    'gateway-tls',
    'registry',
    'admin',
    'deploy-key',
    'shop-db',
    'shop-settings',
  ])
})

test('TLS from PKCS#12: the leaf first, and the key that belongs to it', async () => {
  const { type, data } = await secretOf('shop-tls')

  expect(type).toBe('kubernetes.io/tls')
  expect(Object.keys(data).toSorted()).toEqual(['tls.crt', 'tls.key'])
  await expectPair(data)
})

test('TLS with the CA apart', async () => {
  const { type, data } = await secretOf('gateway-tls')

  expect(type).toBe('kubernetes.io/tls')
  await expectPair(data)
  expect(data['tls.crt']?.match(/BEGIN CERTIFICATE/g)).toHaveLength(1)
  await writeFile(join(directory, 'root.crt'), data['ca.crt'] ?? '')
  expect(openssl('verify', '-CAfile', 'root.crt', 'out.crt')).toContain('out.crt: OK')
})

test('a pull secret whose password holds a quote', async () => {
  const { type, data } = await secretOf('registry')

  expect(type).toBe('kubernetes.io/dockerconfigjson')
  expect(JSON.parse(data['.dockerconfigjson'] ?? '')).toEqual({
    auths: { 'registry.example': { username: 'ann', password: 'a"b', auth: 'YW5uOmEiYg==' } },
  })
})

test('basic authentication', async () => {
  const expected = { type: 'kubernetes.io/basic-auth', data: { username: 'root', password: 'toor' } }

  expect(await secretOf('admin')).toEqual(expected)
})

test('an SSH key that openssl reads, with one line break at its end', async () => {
  const { type, data } = await secretOf('deploy-key')

  expect(type).toBe('kubernetes.io/ssh-auth')
  expect(data['ssh-privatekey']).toMatch(/^-----BEGIN[^]*-----\n$/)
})

test('a connection string whose password needs escapes', async () => {
  const { type, data } = await secretOf('shop-db')

  expect(type).toBe('Opaque')
  expect(new URL(data['DATABASE_URL'] ?? '')).toMatchObject({
    username: 'shop',
    password: 'p%3A%40ss%2F%22%5C',
    port: '5432',
  })
  expect(data['PGPASSFILE']).toBe('db.example:5432:shop:shop:p\\:@ss/"\\\\\n')
})

test('a file whose template lies in a ConfigMap', async () => {
  const { data } = await secretOf('shop-settings')

  expect(data).toEqual({
    'settings.yaml': 'database:\n  user: "shop"\n  password: "p:@ss/\\"\\\\"\n',
  })
})
