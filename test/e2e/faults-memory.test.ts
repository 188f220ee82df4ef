import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Client } from '../../src/kube/client.ts'
import { secretKind } from '../../src/kube/kind.ts'
import { createLoad, secretsAreRight } from '../bench/load.ts'
import { awaitCrds } from '../cluster/await-crds.ts'
import { connect } from '../cluster/client.ts'
import { type Cluster, startCluster } from '../cluster/cluster.ts'
import { sharedCluster } from '../cluster/shared.ts'
import { type Bundle, buildBundle } from '../manager/bundle.ts'
import { eventually } from '../manager/eventually.ts'
import { startManager } from '../manager/manager-process.ts'
import { peakRssMb, watchAnonymousMb } from '../manager/rss.ts'
import { takeTurn } from '../manager/turn.ts'
import { newWorld, type World } from '../manager/world.ts'

const config = join(import.meta.dirname, '../../config')
const load = { count: 1000, keys: 3 }
const foreign = { count: 10_000, bytes: 10_000 }
const { signal } = new AbortController()
let turn: AsyncDisposable
let cluster: Cluster
let world: World
let bundle: Bundle
let connection: ReturnType<typeof connect>

beforeAll(async () => {
  turn = await takeTurn(sharedCluster())
  cluster = await startCluster({ audit: false })
  await cluster.kubectl('apply', '--server-side', '-f', join(config, 'crd'), '-f', join(config, 'rbac'))
  await awaitCrds((...args) => cluster.kubectl(...args))
  world = await newWorld(cluster)
  bundle = await buildBundle()
  connection = connect(cluster)
}, 600_000)

afterAll(async () => {
  for (const it of [connection, bundle, world, cluster, turn]) await it?.[Symbol.asyncDispose]()
})

interface Peak {
  /** All of its resident memory. */
  readonly rss: number
  /** Of that, what a limit cannot reclaim. */
  readonly anonymous: number
}

/** Peak memory of a manager over its start and what is waited for, in megabytes. */
async function peakOf(untilDone: () => Promise<unknown>): Promise<Peak> {
  const args = ['--controller-class', world.controllerClass]
  const common = { entry: bundle.entry, logLevel: 'info', token: world.managerToken } as const
  await using manager = await startManager(cluster, { ...common, args })
  const anonymous = watchAnonymousMb(manager.pid)
  await untilDone()
  await sleep(2000)
  anonymous.stop()
  return { rss: await peakRssMb(manager.pid), anonymous: anonymous.peakMb() }
}

/** A peak depends on when memory was last tidied up; the least of three is what is needed. */
async function leastPeakOfStart(): Promise<number> {
  const peaks: number[] = []
  for (let run = 0; run < 3; run += 1) peaks.push((await peakOf(() => Promise.resolve())).rss)
  return Math.min(...peaks)
}

const isSynced = async () => (await secretsAreRight(connection.client, world, load)) === load.count

async function createForeign(client: Client): Promise<void> {
  const value = Buffer.alloc(foreign.bytes * 0.75, 'x').toString('base64')
  const names = Array.from({ length: foreign.count }, (_, index) => `foreign-${index}`)
  const drive = async () => {
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      const object = {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { namespace: 'default', name },
        data: { value },
      }
      await client.create(secretKind, object, { fieldManager: 'somebody', signal })
    }
  }
  await Promise.all(Array.from({ length: 20 }, drive))
}

test('F30: 10,000 foreign Secrets of 10 kB cost at most 15 MB, and with 1,000 ExternalSecrets stay under a limit of 128 MiB', async () => {
  const without = await leastPeakOfStart()
  await createForeign(connection.client)
  const withForeign = await leastPeakOfStart()
  const cost = Math.round(withForeign - without)
  await createLoad(connection.client, world, load)
  const withLoad = await peakOf(() => eventually('all of the load is synced', isSynced, 120_000))
  console.log(JSON.stringify({ peakRssMb: { without, withForeign, withLoad }, cost }))

  expect(cost).toBeLessThanOrEqual(15)
  expect(withLoad.anonymous).toBeLessThan(128)
})
