import { afterAll, beforeAll, expect, test } from 'vitest'
import { sharedCluster } from '../cluster/shared.ts'
import { eventually } from '../manager/eventually.ts'
import { newServedWorld, type ServedWorld } from '../manager/served-world.ts'
import type { World } from '../manager/world.ts'

const cluster = sharedCluster()
const finalizer = 'externalsecrets.external-secrets.io/externalsecret-cleanup'
let scene: ServedWorld
let world: World

beforeAll(async () => {
  scene = await newServedWorld(cluster)
  world = scene.world
  world.akeyless.state.secret(`/${world.namespace}/password`, { value: 'p-1' })
  await world.apply(world.store('akeyless'), storeOfEso())
})

afterAll(() => scene?.[Symbol.asyncDispose]())

function storeOfEso(): object {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'SecretStore',
    metadata: { namespace: world.namespace, name: 'of-eso' },
    spec: { controller: 'eso', provider: { fake: { data: [] } } },
  }
}

/** An ExternalSecret that ESO has served. */
function left(name: string, store: string): object {
  const data = [{ secretKey: 'password', remoteRef: { key: `/${world.namespace}/password` } }]
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { namespace: world.namespace, name, finalizers: [finalizer] },
    spec: { secretStoreRef: { name: store }, data },
  }
}

const remove = (name: string) =>
  world.kubectl('delete', 'externalsecret', name, '-n', world.namespace, '--wait=false')

const isGone = async (name: string) =>
  (await world.kubectl('get', 'externalsecret', name, '-n', world.namespace, '--ignore-not-found')) === ''

test('what ESO left its finalizer on can be deleted when ESO is gone', async () => {
  await world.apply(left('moved', 'akeyless'))
  const { metadata } = await world.reason('externalsecret', 'moved', 'Synced')
  await remove('moved')

  expect(metadata.finalizers).toEqual([finalizer])
  await eventually('it is gone', () => isGone('moved'))
})

test('what ESO serves still is left to ESO', async () => {
  await world.apply(left('theirs', 'of-eso'), left('ours', 'akeyless'))
  await world.reason('externalsecret', 'ours', 'Synced')
  await remove('theirs')
  await remove('ours')
  await eventually('ours is gone', () => isGone('ours'))

  const { metadata } = await world.get('externalsecret', 'theirs')
  await world.kubectl(
    'patch',
    'externalsecret',
    'theirs',
    '-n',
    world.namespace,
    '--type=merge',
    '-p',
    '{"metadata":{"finalizers":null}}',
  )
  expect(metadata.finalizers).toEqual([finalizer])
})
