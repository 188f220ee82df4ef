import { afterAll, beforeAll, expect, test } from 'vitest'
import { sharedCluster } from '../cluster/shared.ts'
import { newServedWorld, type ServedWorld } from '../manager/served-world.ts'
import type { World } from '../manager/world.ts'

const cluster = sharedCluster()
let scene: ServedWorld
let world: World

beforeAll(async () => {
  scene = await newServedWorld(cluster)
  world = scene.world
  world.akeyless.state.secret(item('own'), { value: 'from Akeyless' })
  world.akeyless.state.secret(item('object'), { value: '{"a":"1","b":"1"}', format: 'json' })
  await world.apply(
    world.store('akeyless'),
    fakeStore('fake', 'SecretStore', [
      { key: 'k', value: 'from the fake' },
      { key: 'object', value: '{"b":"2"}' },
    ]),
  )
})

afterAll(async () => {
  await world?.kubectl('delete', 'clustersecretstore', world.namespace, '--ignore-not-found')
  await scene?.[Symbol.asyncDispose]()
})

const item = (name: string) => `/${world.namespace}/${name}`
const from = (name: string, kind = 'SecretStore') => ({ sourceRef: { storeRef: { name, kind } } })
const data = (secretKey: string, key: string, rest: object = {}) => ({
  secretKey,
  remoteRef: { key },
  ...rest,
})

function fakeStore(name: string, kind: string, items: readonly object[], rest: object = {}): object {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind,
    metadata: { name, ...(kind === 'SecretStore' && { namespace: world.namespace }) },
    spec: { controller: world.controllerClass, provider: { fake: { data: items } }, ...rest },
  }
}

test('one Secret is made of several stores, by sourceRef or by the store of the spec', async () => {
  await world.apply(
    world.externalSecret('several', {
      dataFrom: [
        { extract: { key: item('object') } },
        { extract: { key: 'object' }, ...from('fake') },
        {
          find: { name: { regexp: '^k$' } },
          rewrite: [{ transform: { template: 'found-{{ .value }}' } }],
          ...from('fake'),
        },
      ],
      data: [data('own', item('own')), data('fake', 'k', from('fake'))],
    }),
  )

  const { status } = await world.reason('externalsecret', 'several', 'Synced')

  expect(await world.secret('several')).toEqual({
    a: '1',
    b: '2',
    'found-k': 'from the fake',
    own: 'from Akeyless',
    fake: 'from the fake',
  })
  expect(status?.conditions?.[0]?.message).toContain(
    `SecretStore ${world.namespace}/akeyless, SecretStore ${world.namespace}/fake`,
  )
})

test('needs no store of its own where every entry names one', async () => {
  const { spec, ...object } = world.externalSecret('storeless', {
    data: [data('fake', 'k', from('fake'))],
  }) as { spec: Record<string, unknown> }
  const { secretStoreRef: _, ...rest } = spec
  await world.apply({ ...object, spec: rest })

  await world.reason('externalsecret', 'storeless', 'Synced')

  expect(await world.secret('storeless')).toEqual({ fake: 'from the fake' })
})

test('nothing is written while one store is missing, and all at once as soon as it is there', async () => {
  await world.apply(
    world.externalSecret('waiting', {
      data: [data('own', item('own')), data('late', 'late', from('late'))],
    }),
  )
  await world.reason('externalsecret', 'waiting', 'StoreNotReady')
  expect(await world.secret('waiting')).toBeUndefined()

  await world.apply(fakeStore('late', 'SecretStore', [{ key: 'late', value: 'at last' }]))

  await world.reason('externalsecret', 'waiting', 'Synced')
  expect(await world.secret('waiting')).toEqual({ own: 'from Akeyless', late: 'at last' })
})

test('a change of the second store is read at once', async () => {
  await world.apply(
    fakeStore('changing', 'SecretStore', [{ key: 'x', value: 'one' }]),
    world.externalSecret('following', { data: [data('own', item('own')), data('x', 'x', from('changing'))] }),
  )
  await world.reason('externalsecret', 'following', 'Synced')

  await world.apply(fakeStore('changing', 'SecretStore', [{ key: 'x', value: 'two' }]))

  await expect.poll(() => world.secret('following'), { timeout: 10_000 }).toMatchObject({ x: 'two' })
})

test('the conditions of a ClusterSecretStore hold for a sourceRef too', async () => {
  const name = world.namespace
  const elsewhere = { conditions: [{ namespaces: ['elsewhere'] }] }
  await world.apply(
    fakeStore(name, 'ClusterSecretStore', [{ key: 'x', value: 'shared' }], elsewhere),
    world.externalSecret('outside', {
      data: [data('own', item('own')), data('x', 'x', from(name, 'ClusterSecretStore'))],
    }),
  )
  await world.reason('externalsecret', 'outside', 'AccessDenied')
  expect(await world.secret('outside')).toBeUndefined()

  const here = { conditions: [{ namespaces: [world.namespace] }] }
  await world.apply(fakeStore(name, 'ClusterSecretStore', [{ key: 'x', value: 'shared' }], here))

  await world.reason('externalsecret', 'outside', 'Synced')
  expect(await world.secret('outside')).toEqual({ own: 'from Akeyless', x: 'shared' })
})

test('a store of another controller class leaves the whole ExternalSecret alone', async () => {
  const foreign = fakeStore('foreign', 'SecretStore', [{ key: 'x', value: 'theirs' }], {
    controller: 'theirs',
  })
  await world.apply(
    foreign,
    world.externalSecret('theirs', { data: [data('own', item('own')), data('x', 'x', from('foreign'))] }),
    world.externalSecret('ours', { data: [data('own', item('own'))] }),
  )
  await world.reason('externalsecret', 'ours', 'Synced')

  expect((await world.get('externalsecret', 'theirs')).status?.conditions ?? []).toEqual([])
  expect(await world.secret('theirs')).toBeUndefined()
})
