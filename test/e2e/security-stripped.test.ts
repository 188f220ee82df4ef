import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { awaitCrds } from '../cluster/await-crds.ts'
import { type Cluster, startCluster } from '../cluster/cluster.ts'
import { eventually } from '../manager/eventually.ts'
import { type ManagerProcess, startManager } from '../manager/manager-process.ts'
import { newWorld, type World } from '../manager/world.ts'

const config = join(import.meta.dirname, '../../config')
let cluster: Cluster
let world: World
let manager: ManagerProcess

beforeAll(async () => {
  cluster = await startCluster()
  await cluster.kubectl('apply', '--server-side', '-f', join(config, 'rbac'))
  world = await newWorld(cluster)
  const names = (await readdir(join(config, 'crd'))).filter((it) => it.endsWith('.yaml'))
  const files = names.map((it) => join(config, 'crd', it))
  for (const file of files) await world.apply(stripped(parse(await readFile(file, 'utf8')) as Definition))
  await awaitCrds((...args) => world.kubectl(...args))
  const args = ['--controller-class', world.controllerClass]
  manager = await startManager(cluster, { token: world.managerToken, args })
})

afterAll(async () => {
  await manager?.[Symbol.asyncDispose]()
  await world?.[Symbol.asyncDispose]()
  await cluster?.[Symbol.asyncDispose]()
})

interface Definition {
  readonly spec: { readonly versions: readonly object[] }
}

/** A CRD that takes anything: an older one, one of another project, or one that somebody edited. */
function stripped(definition: Definition): object {
  const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec: anything, status: anything } } }
  return {
    ...definition,
    spec: {
      ...definition.spec,
      versions: definition.spec.versions.map((it) => ({ ...it, schema, selectableFields: [] })),
    },
  }
}

const item = { key: '/a' }
const data = [{ secretKey: 'a', remoteRef: item }]

/** ExternalSecrets that no CRD of ours would let in, by what is wrong with them. */
const badSpecs: Readonly<Record<string, object>> = {
  interval: { data, refreshInterval: 'soon' },
  'interval-object': { data, refreshInterval: { a: 1 } },
  'no-data': {},
  'data-twice': { data: [...data, ...data] },
  'data-text': { data: 'a' },
  'bad-key': { data: [{ secretKey: 'a/b', remoteRef: item }] },
  'policy-word': { data, target: { creationPolicy: 'Steal' } },
  'bootstrap-token': { data, target: { template: { type: 'bootstrap.kubernetes.io/token' } } },
  'helm-release': { data, target: { template: { type: 'helm.sh/release.v1' } } },
  'target-name': { data, target: { name: '../kube-system/x' } },
  'store-number': { data, secretStoreRef: 7 },
}

test('S5: rules hold where the CRD’s own are gone: bad specs are InvalidSpec, and nothing is read or written', async () => {
  await world.apply(world.store('akeyless'))
  await world.reason('secretstore', 'akeyless', 'Valid')
  const before = world.akeyless.calls.count()
  const objects = Object.entries(badSpecs).map(([name, spec]) => world.externalSecret(name, spec))
  await world.apply(...objects)

  const reasons: Record<string, string> = {}
  for (const name of Object.keys(badSpecs)) {
    await world.reason('externalsecret', name, 'InvalidSpec').catch(() => undefined)
    const { status } = await world.get('externalsecret', name)
    reasons[name] = status?.conditions?.find((it) => it.type === 'Ready')?.reason ?? 'none'
  }

  expect(reasons).toEqual(Object.fromEntries(Object.keys(badSpecs).map((it) => [it, 'InvalidSpec'])))
  expect(world.akeyless.calls.count()).toBe(before)
  expect(await world.kubectl('-n', world.namespace, 'get', 'secrets', '-o', 'name')).toBe('')
})

test('S19: a token of a ServiceAccount cannot be had through a Secret, whatever the CRD lets in', async () => {
  world.akeyless.state.secret(`/${world.namespace}/item`, { value: 'value' })
  const read = [{ secretKey: 'a', remoteRef: { key: `/${world.namespace}/item` } }]
  const annotations = { 'kubernetes.io/service-account.name': 'keyferry' }
  const type = 'kubernetes.io/service-account-token'
  const templates = {
    typed: { type },
    annotated: { metadata: { annotations } },
    both: { type, metadata: { annotations } },
  }
  for (const [name, template] of Object.entries(templates))
    await world.apply(world.externalSecret(name, { data: read, target: { template } }))

  const reasons: string[] = []
  for (const name of Object.keys(templates)) {
    const decided = await eventually(`${name} is decided`, async () => {
      const { status } = await world.get('externalsecret', name)
      const reason = status?.conditions?.find((it) => it.type === 'Ready')?.reason
      return reason !== 'Progressing' && reason
    })
    reasons.push(decided)
    expect(await world.secret(name)).toBeUndefined()
  }

  expect(reasons.filter((it) => !['InvalidSpec', 'TemplateFailed'].includes(it))).toEqual([])
})

test('S5: so do those of stores', async () => {
  const foreign = { name: 'app', namespace: 'kube-system' }
  const kubernetesAuth = { accessID: 'p-app', k8sConfName: 'test', serviceAccountRef: foreign }
  const url = (akeylessGWApiURL: unknown) => ({ akeylessGWApiURL })
  const changes: Readonly<Record<string, object>> = {
    foreign: { authSecretRef: { kubernetesAuth } },
    userinfo: url('https://user:canary-password@gateway.example.com'),
    file: url('file:///etc/passwd'),
    metadata: url('https://169.254.169.254'),
    object: url({ a: 1 }),
    'ca-foreign': { caProvider: { type: 'Secret', name: 'ca', key: 'ca.crt', namespace: 'kube-system' } },
  }
  await world.apply(...Object.entries(changes).map(([name, change]) => world.store(name, change)))

  for (const name of Object.keys(changes)) await world.reason('secretstore', name, 'InvalidSpec')
  const shown = await world.kubectl(
    '-n',
    world.namespace,
    'get',
    'secretstores',
    '-o',
    'jsonpath={.items[*].status}',
  )

  expect(shown).not.toContain('canary')
})
