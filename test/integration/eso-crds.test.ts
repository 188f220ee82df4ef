import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { externalSecretKind } from '../../src/api/externalsecret.ts'
import { clusterSecretStoreKind, secretStoreKind } from '../../src/api/secretstore.ts'
import { newerFieldsOf } from '../../src/cli/crd-fields.ts'
import { awaitCrds } from '../cluster/await-crds.ts'
import { type Cluster, startCluster } from '../cluster/cluster.ts'
import { esoCrdFiles } from '../manager/eso-crds.ts'
import { eventually } from '../manager/eventually.ts'
import { type ManagerProcess, startManager } from '../manager/manager-process.ts'
import { newWorld, type World } from '../manager/world.ts'

const config = join(import.meta.dirname, '../../config')
let cluster: Cluster
let world: World
let manager: ManagerProcess

beforeAll(async () => {
  const files = await esoCrdFiles()
  cluster = await startCluster()
  await applyCrds(files)
  await cluster.kubectl('apply', '--server-side', '-f', join(config, 'rbac'))
  world = await newWorld(cluster)
  manager = await startManager(cluster, {
    token: world.managerToken,
    args: ['--controller-class', world.controllerClass],
  })
  await world.apply(world.store('akeyless'))
})

afterAll(async () => {
  await manager?.[Symbol.asyncDispose]()
  await world?.[Symbol.asyncDispose]()
  await cluster?.stop()
})

async function applyCrds(files: readonly string[]): Promise<void> {
  const given = files.flatMap((it) => ['-f', it])
  await cluster.kubectl('apply', '--server-side', '--force-conflicts', ...given)
  await awaitCrds((...args) => cluster.kubectl(...args))
}

const item = (name: string) => `/${world.namespace}/${name}`
const read = (name: string, secretKey = 'value') => ({ secretKey, remoteRef: { key: item(name) } })
const run = (...args: string[]) => world.kubectl('-n', world.namespace, ...args)

test('a store is Ready after a real login', async () => {
  await run('wait', '--for=condition=Ready', 'secretstore/akeyless', '--timeout=20s')

  const { status } = await world.get('secretstore', 'akeyless')
  expect(status).toEqual({
    capabilities: 'ReadOnly',
    conditions: [expect.objectContaining({ type: 'Ready', status: 'True', reason: 'Valid' })],
  })
})

test('data, dataFrom and a template become a Secret, with the fields of status that the CRD knows', async () => {
  world.akeyless.state.secret(item('json'), { value: '{"user":"anna","port":5432}', format: 'json' })
  world.akeyless.state.secret(item('plain'), { value: 'one' })
  await world.apply(
    world.externalSecret('all', {
      dataFrom: [{ extract: { key: item('json') } }],
      data: [read('plain', 'password')],
      target: { template: { data: { url: '{{ .user }}:{{ .password }}@{{ .port }}' } } },
    }),
  )

  await run('wait', '--for=condition=Ready', 'externalsecret/all', '--timeout=20s')

  expect(await world.secret('all')).toEqual({ url: 'anna:one@5432' })
  const { status } = await world.get('externalsecret', 'all')
  expect(status).toEqual({
    binding: { name: 'all' },
    conditions: [expect.objectContaining({ type: 'Ready', status: 'True', reason: 'Synced' })],
    refreshTime: expect.any(String),
    syncedResourceVersion: expect.stringMatching(/^1-/),
  })
})

test.each([
  ['Owner', { creationPolicy: 'Owner', deletionPolicy: 'Merge' }, { value: 'one' }],
  ['Orphan', { creationPolicy: 'Orphan' }, { value: 'one' }],
  ['Merge', { creationPolicy: 'Merge' }, { value: 'one', theirs: 'x' }],
])(
  'the policy %s, with what the CRD fills in, does as it does with ours',
  async (policy, target, expected) => {
    const name = `policy-${policy.toLowerCase()}`
    if (policy === 'Merge') await run('create', 'secret', 'generic', name, '--from-literal=theirs=x')
    world.akeyless.state.secret(item(name), { value: 'one' })
    await world.apply(world.externalSecret(name, { data: [read(name)], target }))

    const { status } = await world.reason('externalsecret', name, 'Synced')

    expect(await world.secret(name)).toEqual(expected)
    expect(status?.conditions?.map((it) => it.type)).toEqual(['Ready'])
  },
)

test('what a person must mend is Ready=False with its reason, and Synced when it is mended', async () => {
  await world.apply(world.externalSecret('missing', { data: [read('missing')] }))
  const { status } = await world.reason('externalsecret', 'missing', 'NotFound')
  expect(status?.conditions).toHaveLength(1)

  world.akeyless.state.secret(item('missing'), { value: 'one' })
  await run('annotate', 'externalsecret', 'missing', 'force-sync=now')
  await run('wait', '--for=condition=Ready', 'externalsecret/missing', '--timeout=30s')
})

test('what passes by itself leaves Ready as it is, and is told by one Event though no condition can hold it', async () => {
  world.akeyless.state.secret(item('shaky'), { value: 'one' })
  await world.apply(world.externalSecret('shaky', { data: [read('shaky')], refreshInterval: '1s' }))
  await world.reason('externalsecret', 'shaky', 'Synced')
  const fault = world.akeyless.state.faults.add({ kind: 'status', status: 500, name: item('shaky') })
  // What is unchanged is not read, so that no fault of reading it is met.
  world.akeyless.state.putSecret(item('shaky'), 'two')
  const failures = () => manager.metric('externalsecret_sync_calls_error', { name: 'shaky' })
  await eventually('a refresh failed', async () => (await failures()) >= 1)
  await run('annotate', 'externalsecret', 'shaky', 'force-sync=again')
  await eventually('another one failed', async () => (await failures()) >= 2)

  await run('wait', '--for=condition=Ready', 'externalsecret/shaky', '--timeout=1s')
  fault.remove()
  await run('annotate', '--overwrite', 'externalsecret', 'shaky', 'force-sync=and-again')
  await eventually('it goes on', async () => (await world.secret('shaky'))?.['value'] === 'two')

  const json = await run('get', 'events.v1.events.k8s.io', '-o', 'json')
  const { items } = JSON.parse(json) as {
    items: { reason: string; type: string; regarding: { name: string } }[]
  }
  const warnings = items.filter((it) => it.regarding.name === 'shaky' && it.type === 'Warning')
  expect(warnings).toEqual([expect.objectContaining({ reason: 'GatewayUnreachable' })])
})

test('a deletion that is held stays held until the annotation says that it may go on', async () => {
  const names = Array.from({ length: 7 }, (_, index) => `held-${index}`)
  for (const name of names) world.akeyless.state.secret(item(name), { value: name })
  const spec = {
    data: names.map((it) => read(it, it)),
    target: { deletionPolicy: 'Merge' },
    refreshInterval: '1s',
  }
  await world.apply(world.externalSecret('held', spec))
  await world.reason('externalsecret', 'held', 'Synced')

  for (const name of names.slice(1)) world.akeyless.state.deleteItem(item(name))
  await world.reason('externalsecret', 'held', 'DeletionHeld')
  expect(Object.keys((await world.secret('held')) ?? {})).toEqual(names)

  await run('annotate', 'externalsecret', 'held', 'keyferry.io/allow-deletion=true')
  await world.reason('externalsecret', 'held', 'Synced')
  expect(await world.secret('held')).toEqual({ 'held-0': 'held-0' })
})

test('a store whose way in the CRD drops says CRDTooOld and what to do', async () => {
  const authSecretRef = { azureAuth: { accessID: 'p-azure', serviceAccountRef: { name: 'app' } } }
  const path = join(cluster.directory, 'azure.json')
  await writeFile(path, JSON.stringify(world.store('azure', { authSecretRef })))
  await expect(run('apply', '-f', path)).rejects.toThrow(
    'unknown field "spec.provider.akeyless.authSecretRef.azureAuth"',
  )

  await run('apply', '--validate=ignore', '-f', path)
  await world.apply(world.externalSecret('by-azure', { data: [read('plain')] }, { name: 'azure' }))

  const { status } = await world.reason('secretstore', 'azure', 'CRDTooOld')
  expect(status?.conditions?.[0]?.message).toContain('drops azureAuth, awsAuth, gcpAuth, jwtAuth')
  expect(status?.conditions?.[0]?.message).toContain("apply Keyferry's CRDs")
  const dependent = await world.reason('externalsecret', 'by-azure', 'CRDTooOld')
  expect(dependent.status?.conditions?.[0]?.status).toBe('False')
})

test('what the CRD drops of an ExternalSecret is refused by kubectl, and named in the log at the start', async () => {
  const path = join(cluster.directory, 'suspended.json')
  await writeFile(
    path,
    JSON.stringify(world.externalSecret('late', { data: [read('plain')], suspend: true })),
  )

  await expect(run('apply', '-f', path)).rejects.toThrow('unknown field "spec.suspend"')

  const warned = (await manager.logs()).filter((it) => Array.isArray(it['missing']))
  const missing = Object.fromEntries(warned.map((it) => [it['kind'], it['missing']]))
  expect(missing).toEqual({
    ExternalSecret: newerFieldsOf(externalSecretKind),
    SecretStore: newerFieldsOf(secretStoreKind),
    ClusterSecretStore: newerFieldsOf(clusterSecretStoreKind),
  })
})

test('nothing of all this was a refused write', async () => {
  const failed = (await manager.logs()).filter((it) => /Cannot write|defect/.test(String(it['msg'])))
  expect(failed).toEqual([])
})

test('CRDs that are replaced by ours at run time are noticed: the statuses become whole, nothing is rewritten', async () => {
  const before = await run('get', 'secret', 'all', '-o', 'jsonpath={.metadata.resourceVersion}')
  await applyCrds([join(config, 'crd')])
  await eventually('the manager has read the new schema', async () => {
    const lines = await manager.logs()
    return lines.some(
      (it) => it['msg'] === 'The served schema was read anew' && it['kind'] === 'ExternalSecret',
    )
  })

  await run('annotate', 'externalsecret', 'all', 'force-sync=now')

  const seen = await eventually('the status is whole', async () => {
    const { status } = await world.get('externalsecret', 'all')
    return status?.lastHandledForceSync === 'now' ? status : undefined
  })
  expect(seen.observedGeneration).toBe(1)
  expect(seen.conditions?.map((it) => it.type).toSorted()).toEqual(['LastSyncSucceeded', 'Ready'])
  expect(await run('get', 'secret', 'all', '-o', 'jsonpath={.metadata.resourceVersion}')).toBe(before)
  await world.apply(
    world.store('azure', {
      authSecretRef: { azureAuth: { accessID: 'p-azure', serviceAccountRef: { name: 'app' } } },
    }),
  )
  await world.reason('secretstore', 'azure', 'InvalidSpec')
})

test.each([externalSecretKind, secretStoreKind, clusterSecretStoreKind])(
  'the table of newer fields has all that our CRD of $kind has and ESO’s has not',
  async (kind) => {
    const file = `external-secrets.io_${kind.plural}.yaml`
    const ours = await specOf(join(config, 'crd', file))
    const theirs = await specOf((await esoCrdFiles()).find((it) => it.endsWith(file)) ?? '')

    expect(lacking(theirs, ours, 'spec').toSorted()).toEqual(newerFieldsOf(kind).toSorted())
  },
)

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
}

async function specOf(file: string): Promise<Schema | undefined> {
  const crd = parse(await readFile(file, 'utf8')) as {
    spec: { versions: { name: string; schema: { openAPIV3Schema: Schema } }[] }
  }
  const v1 = crd.spec.versions.find((it) => it.name === 'v1')
  return v1?.schema.openAPIV3Schema.properties?.['spec']
}

/** The topmost paths that `wanted` has and `schema` has not. */
function lacking(schema: Schema | undefined, wanted: Schema | undefined, path: string): readonly string[] {
  const known = schema?.items ?? schema
  const all = Object.entries((wanted?.items ?? wanted)?.properties ?? {})
  return all.flatMap(([name, child]) => {
    const found = known?.properties?.[name]
    return found === undefined ? [`${path}.${name}`] : lacking(found, child, `${path}.${name}`)
  })
}
