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

async function synced(name: string, target: object): Promise<void> {
  const data = [{ secretKey: 'a', remoteRef: { key: item(name) } }]
  await world.apply(world.externalSecret(name, { refreshInterval: '1s', data, target }))
  await world.reason('externalsecret', name, 'Synced')
}

test('deletionPolicy Delete without the right says what was left', async () => {
  world.akeyless.state.secret(item('left'), { value: 'x' })
  await synced('left', { deletionPolicy: 'Delete' })
  world.akeyless.state.deleteItem(item('left'))

  const seen = await world.reason('externalsecret', 'left', 'TargetRejected')

  const ready = seen.status?.conditions?.find((it) => it.type === 'Ready')
  expect(ready?.message).toContain(`Cannot delete Secret "${world.namespace}/left"`)
  expect(await world.secret('left')).toEqual({ a: 'x' })
})

test('a rename without the right tells of the old Secret by an Event', async () => {
  world.akeyless.state.secret(item('renamed'), { value: 'x' })
  await synced('renamed', { name: 'renamed-old' })
  await synced('renamed', { name: 'renamed-new' })

  await eventually('an Event names the old Secret', async () => {
    const events = await world.kubectl('-n', world.namespace, 'get', 'events.events.k8s.io', '-o', 'json')
    return events.includes('Secret \\"renamed-old\\" was left behind')
  })
  expect(await world.secret('renamed-old')).toEqual({ a: 'x' })
})
