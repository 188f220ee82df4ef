import { join } from 'node:path'
import { expect, test } from 'vitest'
import { awaitCrds } from '../cluster/await-crds.ts'
import { startCluster } from '../cluster/cluster.ts'
import { buildBundle } from '../manager/bundle.ts'
import { eventually } from '../manager/eventually.ts'
import { startManager } from '../manager/manager-process.ts'
import { newWorld } from '../manager/world.ts'

const config = join(import.meta.dirname, '../../config')
const crds = join(config, 'crd')

test('F22: CRDs that are deleted and come back at run time find the manager ready, quiet and at work again', async () => {
  await using cluster = await startCluster()
  const establish = async () => {
    await cluster.kubectl('apply', '--server-side', '-f', crds)
    await awaitCrds((...args) => cluster.kubectl(...args))
  }
  await cluster.kubectl('apply', '--server-side', '-f', join(config, 'rbac'))
  await establish()
  await using world = await newWorld(cluster)
  await using bundle = await buildBundle()
  await using manager = await startManager(cluster, {
    entry: bundle.entry,
    token: world.managerToken,
    args: ['--controller-class', world.controllerClass],
    logLevel: 'info',
  })
  const demand = async (value: string) => {
    world.akeyless.state.secret(`/${world.namespace}/item`, { value })
    const data = [{ secretKey: 'value', remoteRef: { key: `/${world.namespace}/item` } }]
    await world.apply(world.store('akeyless'), world.externalSecret('demand', { data }))
    await world.reason('externalsecret', 'demand', 'Synced', 'Ready', 60_000)
    expect(await world.secret('demand')).toEqual({ value })
  }
  await demand('one')

  await cluster.kubectl('delete', '-f', crds, '--timeout=60s')
  await eventually(
    'the watches see that nothing is served',
    async () => {
      return (await manager.metric('keyferry_informer_live', { informer: 'externalsecrets' })) === 0
    },
    30_000,
  )
  expect((await fetch(`${manager.probeUrl}/readyz`)).status).toBe(200)
  // No ExternalSecret is left, and its Secret was not the manager's to delete.
  expect(await world.secret('demand')).toEqual({ value: 'one' })

  const backAtMs = Date.now()
  await establish()
  await demand('two')
  console.log(JSON.stringify({ syncedAfterCrdsCameBackMs: Date.now() - backAtMs }))
  const errors = (await manager.logs()).filter((it) => it['level'] === 'error' || it['level'] === 'fatal')
  expect(errors).toEqual([])
  expect(manager.isRunning()).toBe(true)
})
