import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { awaitCrds } from '../cluster/await-crds.ts'
import { startCluster } from '../cluster/cluster.ts'
import { newNamespace, sharedCluster } from '../cluster/shared.ts'
import { bind, newAccount } from '../manager/accounts.ts'
import { requestsOf } from '../manager/audit-log.ts'
import { eventually } from '../manager/eventually.ts'
import { type ManagerProcess, startManager } from '../manager/manager-process.ts'
import { newWorld, type World } from '../manager/world.ts'

const config = join(import.meta.dirname, '../../config')
const roleName = 'keyferry-external-secrets'

interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly verbs: readonly string[]
}

/** What no Role can grant. */
const clusterScoped: ReadonlySet<string> = new Set([
  'namespaces',
  'customresourcedefinitions',
  'tokenreviews',
  'clustersecretstores',
  'clustersecretstores/status',
])

/** The Role of one namespace: the rules of the ClusterRole in config/rbac less those of cluster-scoped resources. */
async function roleIn(namespace: string): Promise<object> {
  const text = await readFile(join(config, 'rbac', `${roleName}.yaml`), 'utf8')
  const { rules } = parse(text) as { readonly rules: readonly Rule[] }
  const namespaced = rules
    .map((rule) => ({ ...rule, resources: rule.resources.filter((it) => !clusterScoped.has(it)) }))
    .filter((rule) => rule.resources.length > 0)
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { namespace, name: roleName },
    rules: namespaced,
  }
}

function tokenRole(namespace: string, account: string): object {
  const rule = {
    apiGroups: [''],
    resources: ['serviceaccounts/token'],
    resourceNames: [account],
    verbs: ['create'],
  }
  const metadata = { namespace, name: 'token-of-the-other' }
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules: [rule] }
}

/** A store and an ExternalSecret that reads one item by it, in a namespace with a ServiceAccount `app`. */
function demand(world: World, namespace: string, name = 'demand'): readonly object[] {
  const move = (object: object) => ({ ...object, metadata: { namespace, name: nameOf(object) } })
  const data = [{ secretKey: 'value', remoteRef: { key: `/${world.namespace}/item` } }]
  return [world.store('akeyless'), world.externalSecret(name, { data })].map(move)
}

function nameOf(object: object): string {
  return (object as { metadata: { name: string } }).metadata.name
}

async function untilReason(world: World, namespace: string, name: string, reason: string): Promise<void> {
  const path = `jsonpath={.status.conditions[?(@.type=="Ready")].reason}=${reason}`
  await world.kubectl('-n', namespace, 'wait', `--for=${path}`, `externalsecret/${name}`, '--timeout=15s')
}

describe('with --namespace and Roles only', () => {
  const cluster = sharedCluster()
  let world: World
  let manager: ManagerProcess
  let a: string
  let b: string
  let c: string

  beforeAll(async () => {
    world = await newWorld(cluster)
    ;[a, b, c] = [await newNamespace('scope-a'), await newNamespace('scope-b'), await newNamespace('scope-c')]
    for (const namespace of [a, b, c]) await world.kubectl('create', 'serviceaccount', 'app', '-n', namespace)
    const token = await newAccount(world, 'scoped', [])
    for (const namespace of [a, b]) {
      await world.apply(await roleIn(namespace))
      await bind(world, 'scoped', { role: roleName, namespace, kind: 'Role' })
    }
    world.akeyless.state.secret(`/${world.namespace}/item`, { value: 'one' })
    const scope = ['--namespace', a, '--namespace', b]
    const args = [...scope, '--controller-class', world.controllerClass]
    manager = await startManager(cluster, { token, args })
  })

  afterAll(async () => {
    await manager?.[Symbol.asyncDispose]()
    await world?.[Symbol.asyncDispose]()
    for (const namespace of [a, b, c]) await world?.kubectl('delete', 'namespace', namespace, '--wait=false')
  })

  test('what is in these namespaces syncs, and another one is not even looked at', async () => {
    for (const namespace of [a, b, c]) await world.apply(...demand(world, namespace))

    for (const namespace of [a, b]) {
      await untilReason(world, namespace, 'demand', 'Synced')
      expect(await world.secret('demand', namespace)).toEqual({ value: 'one' })
    }
    expect(await world.secret('demand', c)).toBeUndefined()
    expect((await world.get('externalsecret', 'demand', c)).status?.conditions).toBeUndefined()
    const requests = await requestsOf(cluster, `${world.namespace}:scoped`)
    expect(requests.filter((it) => it.namespace === c)).toEqual([])
  })

  test('a ClusterSecretStore is refused as InvalidSpec, and the manager is ready', async () => {
    const store = { kind: 'ClusterSecretStore', name: 'any' }
    const data = [{ secretKey: 'value', remoteRef: { key: '/item' } }]
    const object = world.externalSecret('by-cluster-store', { data }, store)
    await world.apply({ ...object, metadata: { namespace: a, name: 'by-cluster-store' } })

    await untilReason(world, a, 'by-cluster-store', 'InvalidSpec')
    expect((await fetch(`${manager.probeUrl}/readyz`)).status).toBe(200)
  })

  test('what its Roles cannot grant is told of once, however often it is tried', async () => {
    const failures = async () => (await manager.logs()).filter((it) => it['msg'] === 'Watch failed')
    const warnings = async () => (await failures()).filter((it) => it['level'] === 'warn').length
    const [triedBefore, warnedBefore] = [(await failures()).length, await warnings()]
    expect(warnedBefore).toBeGreaterThan(0)

    const isTriedAgain = async () => (await failures()).length > triedBefore
    await eventually('a forbidden watch is tried again', isTriedAgain, 45_000)

    expect(await warnings()).toBe(warnedBefore)
  })
})

test('as another ServiceAccount everything works, and the own one requests its tokens and nothing else', async () => {
  const cluster = sharedCluster()
  await using world = await newWorld(cluster)
  const { namespace } = world
  const token = await newAccount(world, 'own', [])
  await world.apply(tokenRole(namespace, 'keyferry'))
  await bind(world, 'own', { role: 'token-of-the-other', namespace, kind: 'Role' })
  world.akeyless.state.secret(`/${namespace}/item`, { value: 'one' })
  const identity = ['--external-secrets-service-account', `${namespace}/keyferry`]
  await using manager = await startManager(cluster, {
    token,
    args: [...identity, '--controller-class', world.controllerClass],
  })

  await world.apply(...demand(world, namespace))
  await world.reason('externalsecret', 'demand', 'Synced')

  expect(await world.secret('demand')).toEqual({ value: 'one' })
  expect((await fetch(`${manager.probeUrl}/readyz`)).status).toBe(200)
  const own = await requestsOf(cluster, `${namespace}:own`)
  const kinds = new Set(own.map((it) => `${it.verb} ${it.resource} ${it.namespace}/${it.name} ${it.status}`))
  expect([...kinds]).toEqual([`create serviceaccounts/token ${namespace}/keyferry 201`])
  const others = await requestsOf(cluster, `${namespace}:keyferry`)
  expect(others.map((it) => it.resource)).toEqual(
    expect.arrayContaining(['secrets', 'externalsecrets/status', 'events']),
  )
})

test('both halves, with the rights of one: ready at once, syncing, and each thing that lacks is told of once', async () => {
  const cluster = sharedCluster()
  await using world = await newWorld(cluster)
  const { namespace } = world
  world.akeyless.state.secret(`/${namespace}/item`, { value: 'one' })
  await using manager = await startManager(cluster, {
    token: world.managerToken,
    args: ['--controllers', 'external-secrets,issuers', '--controller-class', world.controllerClass],
  })

  await world.apply(...demand(world, namespace))
  await world.reason('externalsecret', 'demand', 'Synced')

  const issuers = /external-issuer\.io|cert-manager\.io/
  const told = (await manager.logs()).filter((it) => issuers.test(String(it['selection'])))
  const warned = told.filter((it) => it['level'] === 'warn').map((it) => it['selection'])
  expect(new Set(warned).size).toBe(warned.length)
  expect(warned.length).toBeGreaterThanOrEqual(2)
  await sleep(10_000)
  const asked = await requestsOf(cluster, `${namespace}:keyferry`)
  const triedAtMs = asked.filter((it) => it.resource === 'externalissuers').map((it) => it.atMs)
  const [first = Number.NaN] = triedAtMs
  expect(first).not.toBeNaN()
  // Further and further apart, up to 30 s.
  expect(triedAtMs.filter((it) => it < first + 10_000).length).toBeLessThanOrEqual(10)
})

test('F22, F23: without the CRDs the manager is ready and says so; once they are applied it syncs in the same process', async () => {
  await using cluster = await startCluster()
  await cluster.kubectl('apply', '--server-side', '-f', join(config, 'rbac'))
  await using world = await newWorld(cluster)
  world.akeyless.state.secret(`/${world.namespace}/item`, { value: 'one' })
  await using manager = await startManager(cluster, {
    token: world.managerToken,
    args: ['--controller-class', world.controllerClass],
    logLevel: 'info',
  })
  const said = (await manager.logs()).filter((it) => JSON.stringify(it).includes('externalsecrets'))
  expect(said.length).toBeGreaterThan(0)

  await cluster.kubectl('apply', '--server-side', '-f', join(config, 'crd'))
  await awaitCrds((...args) => cluster.kubectl(...args))
  const appliedAtMs = Date.now()
  await world.apply(...demand(world, world.namespace))
  await world.reason('externalsecret', 'demand', 'Synced', 'Ready', 45_000)
  console.log(JSON.stringify({ syncedAfterCrdMs: Date.now() - appliedAtMs, warnings: said.length }))

  expect(await world.secret('demand')).toEqual({ value: 'one' })
  expect(manager.isRunning()).toBe(true)
})
