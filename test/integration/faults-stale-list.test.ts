import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { externalSecretKind } from '../../src/api/externalsecret.ts'
import { secretKind } from '../../src/kube/kind.ts'
import type { KubeObject } from '../../src/kube/object.ts'
import { sharedCluster } from '../cluster/shared.ts'
import { type Piece, whole } from '../fakes/fault-proxy/fault.ts'
import { startFaultProxy } from '../fakes/fault-proxy/fault-proxy.ts'
import { eventually } from '../manager/eventually.ts'
import { type FaultBench, startFaultBench } from '../manager/fault-bench.ts'
import { startInnerManager } from '../manager/inner-manager.ts'
import type { Room } from '../manager/room.ts'
import { type Taps, tapWatches } from '../manager/watch-taps.ts'
import { fakeStore } from '../manager/watched-changes.ts'

const cluster = sharedCluster()
const { signal } = new AbortController()
const staleMs = 1500

async function demand(room: Room, secretKey: string, refreshInterval: string): Promise<void> {
  const data = [{ secretKey, remoteRef: { key: '/a' } }]
  await room.apply(room.externalSecret('demand', { refreshInterval, data }, { name: 'fake' }))
}

async function holds(room: Room, key: string): Promise<void> {
  const isThere = async () => JSON.stringify(await room.secret('demand')) === JSON.stringify({ [key]: 'one' })
  await eventually(`the Secret holds ${key}`, isThere)
}

/** Has the first list of a kind show one object as it was once, at the moment it was so; the present comes later. */
function staleFirstList(taps: Taps, plural: string, old: KubeObject): void {
  const isIt = ({ metadata }: KubeObject) => metadata.uid === old.metadata.uid
  let isOver = false
  taps.on(plural, ({ type, object }): readonly Piece[] | undefined => {
    if (isOver) return undefined
    if (isIt(object)) return [whole(JSON.stringify({ type: 'ADDED', object: old }))]
    const isEnd = object.metadata.annotations?.['k8s.io/initial-events-end'] === 'true'
    if (type !== 'BOOKMARK' || !isEnd) return undefined
    isOver = true
    const metadata = { ...object.metadata, resourceVersion: old.metadata.resourceVersion }
    const bookmark = JSON.stringify({ type, object: { ...object, metadata } })
    return [whole(bookmark), { kind: 'wait', ms: staleMs }, { kind: 'end' }]
  })
}

/** A manager that takes over from that of the bench and is shown the past. */
async function startStale(bench: FaultBench, room: Room, plural: string, old: KubeObject) {
  await bench.manager[Symbol.asyncDispose]()
  const proxy = await startFaultProxy({ upstream: cluster.server, upstreamCaPem: cluster.caPem })
  staleFirstList(tapWatches(proxy, [plural]), plural, old)
  const server = { url: proxy.url, caPem: proxy.caPem }
  const manager = await startInnerManager(bench.world, { server, args: ['--namespace', room.namespace] })
  return {
    async [Symbol.asyncDispose]() {
      await manager[Symbol.asyncDispose]()
      await proxy.close()
    },
  }
}

/** The keys that the Secret had, one after the other, when another manager takes over with a view of the past. */
async function keysThroughTakeover(interval: string): Promise<readonly string[]> {
  await using bench = await startFaultBench(cluster)
  const room = await bench.newRoom()
  await room.apply(fakeStore(room, bench.world, 'one'))
  await demand(room, 'old', interval)
  await room.reason('demand', 'Synced')
  const ref = { namespace: room.namespace, name: 'demand' }
  const past = await bench.client.get(externalSecretKind, ref, { signal })
  await demand(room, 'new', interval)
  await holds(room, 'new')
  await room.reason('demand', 'Synced')

  await using stack = new AsyncDisposableStack()
  stack.use(await startStale(bench, room, 'externalsecrets', past))
  await sleep(staleMs + 1500)
  await holds(room, 'new')
  return bench.history.of(room.namespace, 'demand').map((it) => Object.keys(it.data).join())
}

test.concurrent('F7: a manager that is shown ExternalSecrets of the past writes no Secret of the past', async () => {
  expect(await keysThroughTakeover('1h')).toEqual(['old', 'new'])
})

test.concurrent('F7: not even when they are due', async () => {
  expect(await keysThroughTakeover('1s')).toEqual(['old', 'new'])
})

test.concurrent('F7: a manager that is shown a Secret of the past loses its write by precondition, and looks again', async () => {
  await using bench = await startFaultBench(cluster)
  const room = await bench.newRoom()
  await room.apply(fakeStore(room, bench.world, 'one'))
  await demand(room, 'value', '0')
  await room.reason('demand', 'Synced')
  const ref = { namespace: room.namespace, name: 'demand' }
  const past = await bench.client.get(secretKind, ref, { signal })
  await room.apply(fakeStore(room, bench.world, 'two'))
  const isTwo = async () => (await room.secret('demand'))?.['value'] === 'two'
  await eventually('the value is two', isTwo)

  await using stack = new AsyncDisposableStack()
  stack.use(await startStale(bench, room, 'secrets', { metadata: past.metadata }))
  await room.apply(fakeStore(room, bench.world, 'three'))
  await room.patch(externalSecretKind, 'demand', { metadata: { annotations: { 'force-sync': 'now' } } })
  await eventually('the value is three', async () => (await room.secret('demand'))?.['value'] === 'three')
  await sleep(staleMs + 500)
  const values = bench.history.of(room.namespace, 'demand').map((it) => it.data['value'])
  expect(values).toEqual(['one', 'two', 'three'])
})
