import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sharedCluster } from '../cluster/shared.ts'
import { type FaultProxy, startFaultProxy } from '../fakes/fault-proxy/fault-proxy.ts'
import { eventually } from '../manager/eventually.ts'
import { type ManagerProcess, startManager } from '../manager/manager-process.ts'
import { newWorld, type World } from '../manager/world.ts'

const cluster = sharedCluster()
const accessKey = 'the-right-key'
/** The promise is two seconds. */
const wokenMs = 6000
/** A Gateway that is away is asked every ten seconds. */
const backMs = 3 * 10_000
let world: World
let manager: ManagerProcess
let gateway: FaultProxy

beforeAll(async () => {
  world = await newWorld(cluster)
  gateway = await startFaultProxy({ upstream: world.akeyless.url })
  const args = ['--controller-class', world.controllerClass, '--namespace', world.namespace]
  manager = await startManager(cluster, { token: world.managerToken, args })
  world.akeyless.state.secret(item('db'), { value: 'one' })
  world.akeyless.state.accessKey({ accessId: 'p-key', accessKey })
  world.akeyless.state.role({
    accessId: 'p-key',
    rules: [{ path: `/${world.namespace}/*`, capabilities: ['read', 'list'] }],
  })
})

afterAll(async () => {
  for (const it of [manager, gateway, world]) await it?.[Symbol.asyncDispose]()
})

const item = (name: string) => `/${world.namespace}/${name}`
const reader = (name: string) =>
  world.externalSecret(
    name,
    { refreshInterval: '1h', data: [{ secretKey: 'value', remoteRef: { key: item('db') } }] },
    { name },
  )

function credential(name: string, key: string): object {
  const stringData = { id: 'p-key', type: 'access_key', key }
  return { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: world.namespace, name }, stringData }
}

function keyStore(name: string): object {
  const from = (key: string) => ({ name: `${name}-auth`, key })
  const secretRef = { accessID: from('id'), accessType: from('type'), accessTypeParam: from('key') }
  return world.store(name, { authSecretRef: { secretRef } })
}

/** The Secret, once it is there. */
const within = (ms: number, name: string) =>
  eventually(`Secret ${name} is there`, () => world.secret(name), ms)

describe.concurrent('whoever failed does not wait out the back-off', { timeout: 200_000 }, () => {
  test('when the auth Secret is put right, though its logins were refused until they paused for minutes', async () => {
    await world.apply(credential('key-auth', 'wrong'), keyStore('key'), reader('key'))
    await world.reason('externalsecret', 'key', 'AuthFailed')
    await eventually('three logins were refused', () => refusals() >= 3, 60_000)

    await world.apply(credential('key-auth', accessKey))

    expect(await within(wokenMs, 'key')).toEqual({ value: 'one' })
    console.log(
      JSON.stringify(
        world.akeyless.state.calls.of('/auth').map((c) => [c.accessId, c.status, c.time, c.identity]),
      ),
    )
    expect(refusals()).toBe(3)
  })

  test('when the ServiceAccount is made', async () => {
    const kubernetesAuth = { accessID: 'p-app', k8sConfName: 'test', serviceAccountRef: { name: 'late' } }
    world.akeyless.state.k8sAuth({ accessId: 'p-late', config: 'late', boundServiceAccounts: ['late'] })
    world.akeyless.state.role({
      accessId: 'p-late',
      rules: [{ path: `/${world.namespace}/*`, capabilities: ['read', 'list'] }],
    })
    const late = { ...kubernetesAuth, accessID: 'p-late', k8sConfName: 'late' }
    await world.apply(world.store('account', { authSecretRef: { kubernetesAuth: late } }), reader('account'))
    await hasWaited('account')

    await world.kubectl('create', 'serviceaccount', 'late', '-n', world.namespace)

    expect(await within(wokenMs, 'account')).toEqual({ value: 'one' })
  })

  test('when the auth Secret is made', async () => {
    await world.apply(keyStore('missing'), reader('missing'))
    await hasWaited('missing')

    await world.apply(credential('missing-auth', accessKey))

    expect(await within(wokenMs, 'missing')).toEqual({ value: 'one' })
  })

  test('when the Gateway is back', async () => {
    await gateway.refuse()
    await world.apply(world.store('away', { akeylessGWApiURL: gateway.url }), reader('away'))
    await world.reason('externalsecret', 'away', 'GatewayUnreachable')
    // So that neither the store nor its reader would try again in time by itself.
    await Promise.all(['externalsecret', 'secretstore'].map((it) => hasWaited('away', 5, it)))

    await gateway.accept()

    expect(await within(backMs, 'away')).toEqual({ value: 'one' })
  })
})

const refusals = () =>
  world.akeyless.state.calls.of('/auth').filter((it) => it.accessId === 'p-key' && it.status >= 400).length

async function failures(name: string, controller: string): Promise<number> {
  const lines = await manager.logs()
  return lines.filter(
    (it) =>
      it['msg'] === 'Reconcile failed' &&
      it['key'] === `${world.namespace}/${name}` &&
      it['controller'] === controller,
  ).length
}

/** Four times: the next attempt is half a minute away; five times: a whole one. */
const hasWaited = (name: string, times = 4, controller = 'externalsecret') =>
  eventually(`${name} waits for long`, async () => (await failures(name, controller)) >= times, 150_000)
