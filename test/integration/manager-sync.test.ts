import { afterAll, beforeAll, expect, test } from 'vitest'
import { sharedCluster } from '../cluster/shared.ts'
import { eventually } from '../manager/eventually.ts'
import { newServedWorld, type ServedWorld } from '../manager/served-world.ts'
import type { World } from '../manager/world.ts'

const cluster = sharedCluster()
let scene: ServedWorld
let world: World

beforeAll(async () => {
  scene = await newServedWorld(cluster)
  world = scene.world
  await world.apply(world.store('akeyless'))
})

afterAll(() => scene?.[Symbol.asyncDispose]())

const item = (name: string) => `/${world.namespace}/${name}`
const read = (name: string, secretKey = 'value') => ({ secretKey, remoteRef: { key: item(name) } })
const run = (...args: string[]) => world.kubectl('-n', world.namespace, ...args)

/** Applies an ExternalSecret of one value and waits until it is in sync. */
async function synced(name: string, spec: object = {}): Promise<void> {
  world.akeyless.state.secret(item(name), { value: 'one' })
  await world.apply(world.externalSecret(name, { data: [read(name)], ...spec }))
  await world.reason('externalsecret', name, 'Synced')
}

test('static, rotated and certificate items become one Secret, numbers as they were written', async () => {
  const { state } = world.akeyless
  state.secret(item('json'), {
    value: '{"user":"anna","big":12345678901234567890,"none":null}',
    format: 'json',
  })
  state.rotated(item('rotated'), { username: 'r', password: 'p' })
  state.certificate(item('tls'), { certificatePem: 'CERT', privateKeyPem: 'KEY' })
  const property = (name: string, key: string) => ({ remoteRef: { key: item(name), property: key } })
  await world.apply(
    world.externalSecret('items', {
      target: { name: 'items-secret' },
      data: [
        { secretKey: 'rotated-password', ...property('rotated', 'password') },
        { secretKey: 'tls.crt', ...property('tls', 'certificate_pem') },
      ],
      dataFrom: [{ extract: { key: item('json') } }],
    }),
  )
  await world.reason('externalsecret', 'items', 'Synced')

  expect(await world.secret('items-secret')).toEqual({
    user: 'anna',
    big: '12345678901234567890',
    none: '',
    'rotated-password': 'p',
    'tls.crt': 'CERT',
  })
})

test('a new value arrives at the next interval', async () => {
  await synced('interval', { refreshInterval: '1s' })

  world.akeyless.state.putSecret(item('interval'), 'two')

  await eventually(
    'the new value is there',
    async () => (await world.secret('interval'))?.['value'] === 'two',
  )
})

test('force-sync reads at once and says what it handled', async () => {
  await synced('forced', { refreshInterval: '0' })
  world.akeyless.state.putSecret(item('forced'), 'two')

  await run('annotate', 'externalsecret', 'forced', 'force-sync=now')

  await eventually('the new value is there', async () => (await world.secret('forced'))?.['value'] === 'two')
  await eventually('the status says so', async () => {
    return (await world.get('externalsecret', 'forced')).status?.lastHandledForceSync === 'now'
  })
})

test('a changed spec is applied even with interval 0', async () => {
  await synced('respecified', { refreshInterval: '0' })

  await world.apply(
    world.externalSecret('respecified', { refreshInterval: '0', data: [read('respecified', 'other')] }),
  )

  await eventually('the key has its new name', async () => {
    return JSON.stringify(await world.secret('respecified')) === '{"other":"one"}'
  })
})

test.each([
  ['a changed value', { value: 'meddled' }],
  ['an added key', { extra: 'x' }],
])('F58: drift is repaired within seconds: %s', async (what, stringData) => {
  const name = `drift-${what.split(' ')[1]}`
  await synced(name)

  await run('patch', 'secret', name, '-p', JSON.stringify({ stringData }))

  await eventually('the Secret is exact again', async () => {
    return JSON.stringify(await world.secret(name)) === '{"value":"one"}'
  })
})

test('F58: a deleted Secret comes back', async () => {
  await synced('deleted')

  await run('delete', 'secret', 'deleted')

  await eventually(
    'the Secret is there again',
    async () => (await world.secret('deleted'))?.['value'] === 'one',
  )
})

test('the Secret goes with its ExternalSecret', { timeout: 120_000 }, async () => {
  await synced('owned')

  await run('delete', 'externalsecret', 'owned')

  await eventually(
    'the garbage collector took it',
    async () => (await world.secret('owned')) === undefined,
    // It looks for new kinds every 30 s only.
    60_000,
  )
})

test('a suspended ExternalSecret is left alone until it is resumed', async () => {
  await synced('suspended', { refreshInterval: '1s' })
  await run('patch', 'externalsecret', 'suspended', '--type=merge', '-p', '{"spec":{"suspend":true}}')
  await world.reason('externalsecret', 'suspended', 'Suspended', 'Suspended')
  world.akeyless.calls.clear()
  world.akeyless.state.putSecret(item('suspended'), 'two')
  await new Promise((resolve) => setTimeout(resolve, 2500))

  expect(await world.secret('suspended')).toEqual({ value: 'one' })
  await run('patch', 'externalsecret', 'suspended', '--type=merge', '-p', '{"spec":{"suspend":false}}')
  await eventually('it goes on', async () => (await world.secret('suspended'))?.['value'] === 'two')
})

test('F58: a Secret that somebody else made is not taken over until the annotation says so', async () => {
  await run('create', 'secret', 'generic', 'foreign', '--from-literal=theirs=x')
  world.akeyless.state.secret(item('foreign'), { value: 'one' })
  await world.apply(world.externalSecret('foreign', { data: [read('foreign')] }))

  await world.reason('externalsecret', 'foreign', 'TargetConflict')
  expect(await world.secret('foreign')).toEqual({ theirs: 'x' })

  await run('annotate', 'externalsecret', 'foreign', 'keyferry.io/adopt=true')
  await world.reason('externalsecret', 'foreign', 'Synced')
  expect(await world.secret('foreign')).toEqual({ value: 'one' })
})

test.each([
  [
    'generator',
    { dataFrom: [{ sourceRef: { generatorRef: { kind: 'Password', name: 'p' } } }] },
    'spec.dataFrom[0].sourceRef.generatorRef',
  ],
  ['manifest', { target: { manifest: { apiVersion: 'v1', kind: 'ConfigMap' } } }, 'spec.target.manifest'],
])('what is not supported is refused by name: %s', async (name, spec, path) => {
  const data = 'dataFrom' in spec ? {} : { data: [read('forced')] }
  await world.apply(world.externalSecret(`unsupported-${name}`, { ...data, ...spec }))

  const seen = await world.reason('externalsecret', `unsupported-${name}`, 'InvalidSpec')

  expect(seen.status?.conditions?.find((it) => it.type === 'Stalled')?.message).toContain(path)
  expect(await world.secret(`unsupported-${name}`)).toBeUndefined()
})

test('a store that appears later wakes what waits for it', async () => {
  world.akeyless.state.secret(item('early'), { value: 'one' })
  const store = { name: 'late-store' }
  await world.apply(world.externalSecret('early', { data: [read('early')] }, store))
  await world.reason('externalsecret', 'early', 'StoreNotReady')
  const applied = Date.now()

  await world.apply(world.store('late-store'))
  await world.reason('externalsecret', 'early', 'Synced')

  expect(Date.now() - applied).toBeLessThan(3 * 2000)
})

test('kubectl wait and the printer columns tell the same', async () => {
  await synced('columns')

  await run('wait', '--for=condition=Ready', 'externalsecret/columns', '--timeout=5s')
  const table = await run('get', 'es', 'columns')

  expect(table).toMatch(/NAME +STORE +REFRESH INTERVAL +STATUS +READY +SYNC +LAST SYNC/)
  expect(table).toMatch(/columns +akeyless +Synced +True +Synced +\d+s/)
})

test('the provider fake serves values that stand in the store', async () => {
  const fake = {
    data: [
      { key: '/a', value: 'v1' },
      { key: '/a', value: 'v2', version: '2' },
    ],
  }
  const metadata = { namespace: world.namespace, name: 'fake' }
  const spec = { controller: world.controllerClass, provider: { fake } }
  const data = [
    { secretKey: 'latest', remoteRef: { key: '/a' } },
    { secretKey: 'second', remoteRef: { key: '/a', version: '2' } },
  ]
  await world.apply({ apiVersion: 'external-secrets.io/v1', kind: 'SecretStore', metadata, spec })
  await world.apply(world.externalSecret('faked', { data }, { name: 'fake' }))

  await world.reason('externalsecret', 'faked', 'Synced')

  expect(await world.secret('faked')).toEqual({ latest: 'v1', second: 'v2' })
})

test('all of it took one login', () => {
  expect(world.akeyless.calls.count('/auth')).toBeLessThanOrEqual(1)
})
