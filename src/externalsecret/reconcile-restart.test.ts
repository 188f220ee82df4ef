import { beforeEach, describe, expect, test } from 'vitest'
import { ReconcileBench } from '../../test/fakes/secrets/reconcile-bench.ts'
import { ApiError } from '../kube/errors.ts'

const hourMs = 3_600_000
let bench: ReconcileBench

beforeEach(async () => {
  bench = new ReconcileBench()
  await bench.sync()
})

const restart = () => bench.ports.memories.clear()

describe('a store of an ExternalSecret that rests after a restart', () => {
  beforeEach(() => bench.change({ refreshInterval: '0' }))

  test('is read again when it changes afterwards', async () => {
    await bench.sync()
    restart()
    expect(await bench.reconcile()).toMatchObject({ kind: 'resting' })
    bench.storeVersion = 's/2'

    expect(await bench.reconcile()).toMatchObject({ kind: 'done' })
    expect(await bench.reconcile()).toMatchObject({ kind: 'resting' })
    expect(bench.reads).toBe(3)
  })

  test('is read again when it changed while no manager ran', async () => {
    await bench.sync()
    restart()
    bench.storeVersion = 's/2'

    await bench.sync()
    restart()

    expect(await bench.reconcile()).toMatchObject({ kind: 'resting' })
    expect(bench.reads).toBe(3)
  })

  test('is not read again where the status is of a release that did not tell what it was', async () => {
    await bench.sync()
    const { syncedResourceVersion = '' } = bench.object.status ?? {}
    bench.tell('True', { syncedResourceVersion: syncedResourceVersion.replace(/-s[0-9a-f]{16}$/, '') })
    restart()
    bench.storeVersion = 's/2'

    expect(syncedResourceVersion).toMatch(/-s[0-9a-f]{16}$/)
    expect(await bench.reconcile()).toMatchObject({ kind: 'resting' })
    expect(bench.reads).toBe(2)
  })

  test.each(['OnChange', 'CreatedOnce'])('is not read again with policy %s', async (refreshPolicy) => {
    bench.change({ refreshPolicy })
    await bench.sync()
    const { reads } = bench
    restart()
    bench.storeVersion = 's/2'

    expect(await bench.reconcile()).toMatchObject({ kind: 'resting' })
    expect(bench.reads).toBe(reads)
  })
})

describe('an ExternalSecret of the past', () => {
  const past = { kind: 'resting', next: { kind: 'again', afterMs: 1000 } }

  test.each([
    ['has another spec by now', { name: 'db', uid: 'u1', generation: 2 }],
    ['was made anew', { name: 'db', uid: 'u2', generation: 1 }],
    ['is gone', null],
  ])('that %s is left for the watch, and nothing is read or written', async (_, live) => {
    bench.clock.advance(hourMs)
    restart()
    bench.live = live

    expect(await bench.reconcile()).toMatchObject(past)
    expect(await bench.reconcile()).toMatchObject(past)
    expect(bench).toMatchObject({ reads: 1, secrets: { applied: 1 } })
  })

  test('is found when it rested first', async () => {
    restart()
    expect(await bench.reconcile()).toMatchObject({ kind: 'resting', why: 'nothing is due' })
    bench.clock.advance(hourMs)
    bench.live = { name: 'db', uid: 'u1', generation: 2 }

    expect(await bench.reconcile()).toMatchObject(past)
    expect(bench.looks).toBe(1)
  })

  test('is looked for at the first sync after a restart only, and never before there was a sync', async () => {
    expect(bench.looks).toBe(0)
    bench.clock.advance(hourMs)
    await bench.sync()
    expect(bench.looks).toBe(0)

    restart()
    await bench.reconcile()
    expect(bench.looks).toBe(0)
    for (const _ of [1, 2, 3]) {
      bench.clock.advance(hourMs)
      await bench.sync()
      expect(bench.looks).toBe(1)
    }
  })
})

test('an ExternalSecret whose namespace is going is dropped', async () => {
  const refusal = new ApiError('refused', {
    status: 403,
    reason: 'Forbidden',
    fields: ['metadata.namespace'],
  })
  const client = { ...bench.ports.client, apply: () => Promise.reject(refusal) }
  bench.secrets.delete('shop/db')

  expect(await bench.reconcile(bench.object, { ...bench.ports, client })).toEqual({
    kind: 'ignored',
    why: 'its namespace is going',
  })
})
