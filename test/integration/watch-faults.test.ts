import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { configMapKind } from '../../src/kube/kind.ts'
import type { ReflectorTiming } from '../../src/kube/reflector-timing.ts'
import type { Transport } from '../../src/kube/transport.ts'
import { newNamespace, sharedCluster } from '../cluster/shared.ts'
import {
  answer,
  atLine,
  blackHole,
  blackHoleAtLine,
  delay,
  dropLine,
  duplicateLine,
  editLines,
  errorEvent,
  type Fault,
  injectLine,
  replaceLine,
  reset,
  resetAtLine,
  splitEvery,
  truncateLine,
  whole,
} from '../fakes/fault-proxy/fault.ts'
import { type FaultProxy, startFaultProxy } from '../fakes/fault-proxy/fault-proxy.ts'
import type { ProxiedRequest } from '../fakes/fault-proxy/proxied-request.ts'
import { transportTo } from '../fakes/watch-server/connection.ts'
import { eventually } from '../manager/eventually.ts'
import { converged, type Followed, follow, keepWriting, writerTo } from './watch-harness.ts'

const quick: Partial<ReflectorTiming> = {
  backoffInitialMs: 50,
  backoffMaxMs: 500,
  inactivityMs: 1000,
  headTimeoutMs: 1000,
}
const cluster = sharedCluster()
let direct: Transport
let proxy: FaultProxy
let proxied: Transport
let namespace: string
let writer: ReturnType<typeof writerTo>
let followed: Followed | undefined

beforeAll(async () => {
  direct = transportTo(cluster.server, { caPem: cluster.caPem, token: cluster.adminToken })
  namespace = await newNamespace('watch-faults')
  writer = writerTo(direct, namespace)
})
beforeEach(async () => {
  proxy = await startFaultProxy({ upstream: cluster.server, upstreamCaPem: cluster.caPem })
  proxied = transportTo(proxy.url, { caPem: proxy.caPem, token: cluster.adminToken })
})
afterEach(async () => {
  await followed?.reflector.stop()
  followed = undefined
  await proxied.close()
  await proxy.close()
})
afterAll(() => direct.close())

const isWatch = (it: ProxiedRequest) => it.isWatch && !it.path.includes('sendInitialEvents')
const isWatchList = (it: ProxiedRequest) => it.path.includes('sendInitialEvents')

async function start(timing: Partial<ReflectorTiming> = {}): Promise<Followed> {
  followed = follow({ transport: proxied }, { kind: configMapKind, namespace }, { ...quick, ...timing })
  await followed.reflector.synced
  return followed
}

/** Lets the next watch meet a fault, breaks the present one, and writes meanwhile. */
async function disturb(fault: Fault, timing: Partial<ReflectorTiming> = {}): Promise<Followed> {
  const it = await start(timing)
  const writing = keepWriting(direct, namespace)
  proxy.on(isWatch, fault, { times: 1 })
  proxy.resetAll()
  await sleep(1500)
  await writing.stop()
  await converged(it, direct)
  return it
}

const causes = ({ recorder }: Followed) => recorder.notes.filter((it) => it.startsWith('failed'))
const lists = ({ recorder }: Followed) => recorder.notes.filter((it) => it.startsWith('listed')).length

test('the real server answers a WatchList, and ends it with the bookmark', async () => {
  await writer.create('before', 'ä€😀')

  const it = await start()
  await writer.create('after')
  await converged(it, direct)

  expect(proxy.requests.map((request) => [request.status, request.isWatch])).toEqual([[200, true]])
  expect(it.recorder.view.get(`${namespace}/before`)).toMatchObject({
    data: { value: 'ä€😀' },
    kind: 'ConfigMap',
  })
  expect(it.recorder.view.get(`${namespace}/before`)?.metadata.managedFields).toBeUndefined()
})

test('where WatchList is not served, pages are listed, and look the same', async () => {
  await Promise.all([1, 2, 3, 4, 5].map((it) => writer.create(`page-${it}`)))
  proxy.on(isWatchList, answer(422))

  const it = await start({ pageSize: 2 })
  await converged(it, direct)

  expect(proxy.requests.filter((request) => request.path.includes('continue=')).length).toBeGreaterThan(1)
  expect([...it.recorder.view.values()].every((object) => object.kind === 'ConfigMap')).toBe(true)
})

test.each<[string, Fault, string]>([
  ['an ERROR 410 in the stream', replaceLine(1, errorEvent(410)), 'failed 410'],
  ['HTTP 410', answer(410), 'failed 410'],
])('F9: %s leads to one new list', async (_, fault, cause) => {
  const it = await disturb(fault)

  expect(causes(it)).toContain(cause)
  expect(lists(it)).toBe(2)
})

test.each<[string, Fault, string]>([
  ['an ERROR 500 in the stream', replaceLine(1, errorEvent(500)), 'failed 500'],
  ['HTTP 429', answer(429, { 'retry-after': '1' }), 'failed 429'],
  ['HTTP 503', answer(503), 'failed 503'],
  ['HTTP 401', answer(401), 'failed 401'],
  ['HTTP 403', answer(403), 'failed 403'],
  ['a truncated line', truncateLine(2), 'failed TRUNCATED_LINE'],
  ['garbage in place of a line', replaceLine(2, '<html>'), 'failed BAD_EVENT'],
  ['a reset at a line', resetAtLine(2), 'failed ECONNRESET'],
  ['a reset before the answer', reset('before'), 'failed ECONNRESET'],
  ['a black hole before the answer', blackHole, 'failed ETIMEDOUT'],
])('F12-F16: %s is got over without a list', async (_, fault, cause) => {
  const it = await disturb(fault)

  expect(causes(it)).toContain(cause)
  expect(lists(it)).toBe(1)
})

test.each<[string, Fault]>([
  ['chunks that split every character', splitEvery(1)],
  ['a late answer', delay(300)],
  ['a black hole in the stream', blackHoleAtLine(3)],
  ['a duplicate event', duplicateLine(1)],
  ['an event from the past', editLines(replayed())],
])('F6, F10: %s makes no difference', async (_, fault) => {
  const it = await disturb(fault)

  expect(causes(it)).toEqual(['failed ECONNRESET'])
  expect(lists(it)).toBe(1)
})

/** Sends every event again three events later. */
function replayed() {
  const seen: string[] = []
  return (line: string) => {
    seen.push(line)
    const old = seen.at(-4)
    return old === undefined ? [whole(line)] : [whole(line), whole(old)]
  }
}

test('F5: a dropped event is repaired by the safety list', async () => {
  await writer.create('quiet')
  const it = await start({ safetyMs: 300, safetyPatienceMs: 3000, inactivityMs: 60_000 })
  proxy.on(isWatch, dropLine(0), { times: 1 })
  proxy.resetAll()
  await eventually('it watches again', () =>
    proxy.requests.some((request) => isWatch(request) && request.status === 200),
  )
  await eventually('it is live again', () => it.reflector.state === 'live')

  await writer.change('quiet', 'dropped')
  await writer.create('later')
  await converged(it, direct)

  expect(causes(it)).toContain('failed LOST_EVENT')
})

test('the safety list of a watch that loses nothing changes nothing', async () => {
  const it = await start({ safetyMs: 200, safetyPatienceMs: 3000 })
  const writing = keepWriting(direct, namespace, 2)

  const looked = () => proxy.requests.filter((request) => request.path.includes('limit=')).length
  await eventually('it has looked five times', () => looked() > 4, 30_000)
  await writing.stop()
  await converged(it, direct)

  expect(causes(it)).toEqual([])
  expect(lists(it)).toBe(1)
})

test('F7: a resourceVersion from the future (a restored etcd) is left behind', async () => {
  const it = await start()
  const future = JSON.stringify({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '900000000' } } })
  proxy.on(isWatch, injectLine(0, future), { times: 1 })
  proxy.resetAll()
  await eventually('it watches again', () => proxy.requests.some(isWatch))
  await writer.create('trigger')
  await eventually('the event is there', () => it.recorder.view.has(`${namespace}/trigger`))

  proxy.resetAll()
  await eventually('it asks for what is to come', () =>
    proxy.requests.some((request) => request.path.includes('=900000000')),
  )
  await writer.create('during')
  await converged(it, direct)

  expect(causes(it)).toContain('failed STALE_LIST')
})

test('a list for which the server is asked too much of (504) is asked again', async () => {
  proxy.on(isWatchList, answer(504), { times: 1 })

  const it = await start()
  await converged(it, direct)

  expect(causes(it)).toEqual(['failed 504'])
})

test('F10: a black-holed connection is declared dead and replaced', async () => {
  const it = await start()
  const writing = keepWriting(direct, namespace)
  await sleep(300)
  proxy.freeze()
  const frozenAtMs = performance.now()
  await eventually('it is broken', () => it.reflector.state === 'broken')
  const deadAfterMs = performance.now() - frozenAtMs

  proxy.thaw()
  await writing.stop()
  await converged(it, direct)

  expect(deadAfterMs).toBeGreaterThan(900)
  expect(deadAfterMs).toBeLessThan(4000)
  expect(lists(it)).toBe(1)
})

test('F11: a watch that is closed cleanly again and again is opened again with a rest, and nothing is listed', async () => {
  const it = await start({ backoffInitialMs: 100, shortWatchMs: 5000 })
  const closing = editLines((line) => [whole(line), { kind: 'end' }])
  const remove = proxy.on(isWatch, closing)
  proxy.resetAll()
  const writing = keepWriting(direct, namespace, 5)
  const watches = () => proxy.requests.filter(isWatch).length
  const beganAtMs = performance.now()
  await eventually('it is opened six times', () => watches() > 5, 30_000)
  const tookMs = performance.now() - beganAtMs
  await writing.stop()
  remove()
  await converged(it, direct)

  expect(lists(it)).toBe(1)
  // Without rests it would be a few milliseconds for each.
  expect(tookMs).toBeGreaterThan(300)
})

test('an object of 1 MiB arrives in one line', async () => {
  const it = await start()

  await writer.create('large', 'ü'.repeat(500_000))
  await converged(it, direct)

  expect(it.recorder.view.get(`${namespace}/large`)).toMatchObject({ data: { value: 'ü'.repeat(500_000) } })
  await writer.remove('large')
})

test('a line that ends the initial list in the middle begins it anew', async () => {
  proxy.on(
    isWatchList,
    atLine(1, () => [{ kind: 'end' }]),
    { times: 1 },
  )
  await writer.create('one-more')

  const it = await start()
  await converged(it, direct)

  expect(causes(it)).toEqual(['failed ENDED_EARLY'])
  expect(lists(it)).toBe(1)
})
