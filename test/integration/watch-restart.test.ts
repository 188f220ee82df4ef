import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { configMapKind, namespaceKind, secretKind, serviceAccountKind } from '../../src/kube/kind.ts'
import { createReadyBell, type ReadyBell } from '../../src/kube/ready-bell.ts'
import type { Selection } from '../../src/kube/reflector.ts'
import type { Transport } from '../../src/kube/transport.ts'
import { systemClock } from '../../src/std/clock.ts'
import { type Cluster, startCluster } from '../cluster/cluster.ts'
import { transportTo } from '../fakes/watch-server/connection.ts'
import { converged, type Followed, follow, keepWriting, writerTo } from './watch-harness.ts'

const namespace = 'watch-restart'
const selections: readonly Selection[] = [
  { kind: configMapKind },
  { kind: configMapKind, namespace },
  { kind: configMapKind, metadataOnly: true },
  { kind: secretKind, metadataOnly: true, fieldSelector: 'type!=helm.sh/release.v1' },
  { kind: namespaceKind },
  { kind: serviceAccountKind },
]
const unhandled: unknown[] = []
const onUnhandled = (reason: unknown) => void unhandled.push(reason)
let cluster: Cluster
let transport: Transport
let direct: Transport
let bell: ReadyBell
let all: Followed[]

beforeAll(async () => {
  process.on('unhandledRejection', onUnhandled)
  cluster = await startCluster({ audit: false })
  await cluster.kubectl('create', 'namespace', namespace)
})
beforeEach(async () => {
  const identity = { caPem: cluster.caPem, token: cluster.adminToken }
  transport = transportTo(cluster.server, identity)
  direct = transportTo(cluster.server, identity)
  bell = createReadyBell({ transport, clock: systemClock })
  all = selections.map((selection) => follow({ transport, bell }, selection))
  await Promise.all(all.map((it) => it.reflector.synced))
})
afterEach(async () => {
  await Promise.all(all.map((it) => it.reflector.stop()))
  await bell.stop()
  await Promise.all([transport.close(), direct.close()])
})
afterAll(async () => {
  await cluster.stop()
  process.off('unhandledRejection', onUnhandled)
})

/** Ends the API server, starts it again, and gives how long after its readiness every watch was live again. */
async function restart(signal: NodeJS.Signals, downMs: number): Promise<number> {
  await cluster.apiServer.kill(signal)
  await vi.waitFor(() => expect(all.map((it) => it.reflector.state)).toEqual(all.map(() => 'broken')), {
    timeout: 5000,
  })
  await sleep(downMs)
  await cluster.apiServer.start()
  const readyAtMs = performance.now()
  const live = () => expect(all.map((it) => it.reflector.state)).toEqual(all.map(() => 'live'))
  await vi.waitFor(live, { timeout: 30_000, interval: 20 })
  return performance.now() - readyAtMs
}

const listsOf = (it: Followed) => it.recorder.notes.filter((note) => note.startsWith('listed'))

test.each<[NodeJS.Signals, number]>([
  ['SIGKILL', 0],
  ['SIGKILL', 8000],
  ['SIGTERM', 3000],
])(
  'F21: after %s and %i ms without API server every watch is live within 5 s, and nothing was missed',
  async (signal, downMs) => {
    const writing = keepWriting(direct, namespace)
    await sleep(500)

    const recoveredMs = await restart(signal, downMs)
    await sleep(500)
    await writing.stop()
    await Promise.all(all.map((it) => converged(it, direct)))

    process.stdout.write(`recovered from ${signal} after ${downMs} ms: ${Math.round(recoveredMs)} ms\n`)
    // Three times the deadline of 5 s is the rule for a machine under load; the deadline itself is met in practice.
    expect(recoveredMs).toBeLessThan(15_000)
    expect(writing.written).toBeGreaterThan(10)
    expect(unhandled).toEqual([])
  },
)

test('F21: a restart causes no list of what did not change', async () => {
  await restart('SIGKILL', 0)

  await Promise.all(all.map((it) => converged(it, direct)))

  expect(all.map((it) => listsOf(it).length)).toEqual(all.map(() => 1))
})

test('SIGTERM leaves no request waiting beyond its time', async () => {
  const startedAtMs = performance.now()
  const requests: Promise<string>[] = []
  const request = () => {
    const creating = writerTo(direct, namespace).create(`during-term-${requests.length}`)
    // They are looked at when all have ended.
    creating.catch(() => undefined)
    requests.push(creating)
  }
  const requesting = setInterval(request, 50)

  await cluster.apiServer.kill('SIGTERM')
  clearInterval(requesting)
  // There is nobody any more.
  request()
  const outcomes = await Promise.allSettled(requests)
  const tookMs = performance.now() - startedAtMs
  await cluster.apiServer.start()

  expect(outcomes.map((it) => it.status)).toContain('rejected')
  expect(tookMs).toBeLessThan(30_000)
  await Promise.all(all.map((it) => converged(it, direct, 20_000)))
})
