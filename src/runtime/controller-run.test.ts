import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { settle } from '../../test/fakes/manual-clock.ts'
import { Bench, done, failed, type Thing } from '../../test/fakes/runtime/bench.ts'
import type { Sink } from '../kube/reflector.ts'
import { watch } from './watch.ts'

let bench: Bench

beforeEach(() => {
  bench = new Bench()
})

afterEach(() => bench.end())

describe('a slow run', () => {
  const slow = (ms: number, verdict = done()) => {
    bench.reconcile = () => new Promise((resolve) => bench.clock.after(ms, () => resolve(verdict)))
  }

  test('shows that it is under way after 2 s, when nothing was said of this generation', async () => {
    slow(3000)
    await bench.start()
    bench.cluster.put('a')
    await settle()
    expect(bench.cluster.writes).toEqual([])

    await bench.clock.pass(2000)
    expect(bench.cluster.read('a')).toBe('Ready=Unknown Progressing, Reconciling=True Progressing')
    await bench.clock.pass(1000)

    expect(bench.cluster.read('a')).toBe('Ready=True Synced, LastSyncSucceeded=True Synced')
    expect(bench.told()).toEqual(['Normal Synced Updated'])
  })

  test('of an object that is Ready, or failed, for this generation shows nothing', async () => {
    await bench.start()
    bench.cluster.put('a')
    bench.reconcile = (object) =>
      object.metadata.name === 'a' ? done() : Promise.reject(failed('Throttled'))
    bench.cluster.put('b')
    await settle()
    const before = bench.cluster.writes.length

    slow(3000)
    bench.controller.enqueue('shop/a')
    bench.controller.enqueue('shop/b')
    await settle()
    await bench.clock.pass(2500)

    expect(bench.cluster.writes).toHaveLength(before)
    await bench.clock.pass(500)
  })

  test('is told to end when its time is up, counted, and shown as Timeout', async () => {
    bench.reconcile = (_, { signal }) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      )
    await bench.start({ timeoutMs: 10_000 })
    bench.cluster.put('a')
    await settle()

    await bench.clock.pass(10_000)

    expect(bench.cluster.read('a')).toContain('Ready=False Timeout')
    expect(await bench.metric('controller_runtime_reconcile_timeouts_total')).toContain(' 1')
  })

  test('that never ends costs no worker', async () => {
    bench.reconcile = (object) => (object.metadata.name === 'stuck' ? new Promise(() => {}) : done())
    await bench.start({ timeoutMs: 10_000, maxConcurrent: 1 })
    bench.cluster.put('stuck')
    await settle()
    bench.cluster.put('fine')

    await bench.clock.pass(15_000, 1000)

    expect(bench.cluster.read('fine')).toContain('Ready=True')
    expect(bench.cluster.read('stuck')).toContain('Ready=False Timeout')
  })
})

describe('changes', () => {
  test('of the status alone start no run', async () => {
    await bench.start()
    bench.cluster.put('a')
    await settle()

    bench.cluster.put('a', {}, { binding: 'by somebody' })
    await settle()

    expect(bench.runs).toHaveLength(1)
  })

  test.each([
    ['generation', { generation: 2 }],
    ['labels', { labels: { team: 'a' } }],
    ['annotations', { annotations: { 'force-sync': '1' } }],
    ['deletion', { deletionTimestamp: '2026-11-21T00:00:00Z' }],
    ['finalizers', { finalizers: ['keyferry.io/leases'] }],
    ['uid', { uid: 'made anew' }],
  ])('of %s start one', async (_, meta) => {
    await bench.start()
    bench.cluster.put('a')
    await settle()

    bench.cluster.put('a', meta)
    await settle()

    expect(bench.runs).toHaveLength(2)
  })

  test('of other objects reach those that depend on them', async () => {
    const other: { sink: Sink<Thing> | undefined } = { sink: undefined }
    const stores = bench.informerOf(other)
    await bench.start({ watches: [watch(stores, ({ key }) => [`shop/user-of-${key}`])] })
    bench.cluster.put('user-of-vault')
    await settle()

    other.sink?.updated({ metadata: { name: 'vault', resourceVersion: '1' } })
    await settle()

    expect(bench.runs.map(({ key }) => key)).toEqual(['shop/user-of-vault', 'shop/user-of-vault'])
  })

  test('that removed the object end its series and tell onGone', async () => {
    const gone: string[] = []
    await bench.start({ onGone: (key) => gone.push(key) })
    bench.cluster.put('a')
    await settle()
    expect(await bench.metric('thing_status_condition{')).toBeDefined()

    bench.cluster.remove('a')
    await settle()

    expect(gone).toEqual(['shop/a'])
    expect((await bench.metrics.registry.metrics()).includes('name="a"')).toBe(false)
  })
})

test('at start-up, what was never synced goes before what was', async () => {
  const ready = {
    type: 'Ready',
    status: 'True',
    reason: 'Synced',
    message: '',
    lastTransitionTime: '',
    observedGeneration: 1,
  } as const
  for (const name of ['old-1', 'old-2']) bench.cluster.put(name, {}, { conditions: [ready] })
  bench.cluster.put('new')
  await bench.start({ maxConcurrent: 1 })

  expect(bench.runs.map(({ key }) => key)).toEqual(['shop/new', 'shop/old-1', 'shop/old-2'])
})
