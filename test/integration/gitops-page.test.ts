import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { KubeObject } from '../../src/kube/object.ts'
import { newNamespace, sharedCluster } from '../cluster/shared.ts'

interface Manifest extends KubeObject {
  readonly kind: string
  readonly spec: {
    readonly data: readonly { readonly remoteRef: { readonly key: string } }[]
    readonly provider: { readonly akeyless: { readonly akeylessGWApiURL: string } }
  }
}

const example = join(import.meta.dirname, '../../docs/gitops/example')
const environments = ['dev', 'prod']
const cluster = sharedCluster()
let namespace: string
/** The example, its namespace one of our own. */
let fleet: string

beforeAll(async () => {
  namespace = await newNamespace('gitops')
  fleet = await mkdtemp(join(tmpdir(), 'keyferry-gitops-'))
  await cp(example, fleet, { recursive: true })
  for (const it of environments) await edit(it, 'namespace: shop', `namespace: ${namespace}`)
})

afterAll(() => rm(fleet, { recursive: true, force: true }))

async function edit(environment: string, from: string, to: string): Promise<void> {
  const file = join(fleet, 'cluster', environment, 'kustomization.yaml')
  const text = await readFile(file, 'utf8')
  expect(text).toContain(from)
  await writeFile(file, text.replace(from, to))
}

/** What an environment is made of: as Kustomize renders it, and as the API server would keep it. */
async function render(environment: string): Promise<readonly Manifest[]> {
  return itemsOf(
    await cluster.kubectl('apply', '-k', folderOf(environment), '--dry-run=client', '-o', 'json'),
  )
}

async function submit(environment: string): Promise<readonly Manifest[]> {
  const strict = ['--server-side', '--validate=strict', '--dry-run=server', '-o', 'json']
  return itemsOf(await cluster.kubectl('apply', '-k', folderOf(environment), ...strict))
}

function folderOf(environment: string): string {
  return join(fleet, 'cluster', environment)
}

function itemsOf(json: string): readonly Manifest[] {
  return (JSON.parse(json) as { items: readonly Manifest[] }).items
}

function keysOf(manifests: readonly Manifest[]): readonly string[] {
  const ours = manifests.filter((it) => it.kind === 'ExternalSecret')
  return ours.flatMap((it) => it.spec.data.map(({ remoteRef }) => remoteRef.key))
}

test.each(environments)('kubectl applies the %s environment of the example', async (environment) => {
  const kept = await submit(environment)

  const kinds = ['Namespace', 'ServiceAccount', 'SecretStore', 'ExternalSecret']
  expect(kept.map((it) => it.kind)).toEqual(expect.arrayContaining(kinds))
  const store = kept.find((it) => it.kind === 'SecretStore')
  expect(store?.spec.provider.akeyless.akeylessGWApiURL).toContain(`gateway.${environment}.example.com`)
  for (const key of keysOf(kept)) expect(key).toMatch(new RegExp(`^/${environment}/`))
})

test('a manifest that was copied from another environment reads what is its own', async () => {
  const file = 'externalsecret-api.yaml'
  await cp(join(folderOf('dev'), file), join(folderOf('prod'), file))

  expect(await readFile(join(folderOf('prod'), file), 'utf8')).toContain('/dev/')
  for (const key of keysOf(await render('prod'))) expect(key).toMatch(/^\/prod\//)
})

test('the API server keeps the specs as they were written, so that no GitOps tool sees a difference', async () => {
  for (const it of environments) {
    const ours = (manifests: readonly Manifest[]) =>
      manifests.filter(({ apiVersion }) => apiVersion?.startsWith('external-secrets.io/'))
    const written = ours(await render(it)).map(({ spec }) => spec)

    expect(written.length).toBeGreaterThan(1)
    expect(ours(await submit(it)).map(({ spec }) => spec)).toEqual(written)
  }
})
