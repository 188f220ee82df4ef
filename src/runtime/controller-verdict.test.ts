import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { settle } from '../../test/fakes/manual-clock.ts'
import { Bench, done } from '../../test/fakes/runtime/bench.ts'
import { again } from './reconcile.ts'

let bench: Bench

beforeEach(() => {
  bench = new Bench()
})

afterEach(() => bench.end())

describe('a verdict', () => {
  test('of done becomes conditions, fields, observedGeneration and one Event', async () => {
    bench.reconcile = () => done({ fields: { binding: 'db' } })
    await bench.start()

    bench.cluster.put('a', { generation: 3 })
    await settle()

    expect(bench.cluster.read('a')).toBe('Ready=True Synced, LastSyncSucceeded=True Synced')
    expect(bench.cluster.status('a')).toMatchObject({ observedGeneration: 3, binding: 'db' })
    expect(bench.told()).toEqual(['Normal Synced Updated'])
    expect(bench.events[0]).toMatchObject({ controller: 'thing', message: 'All is well' })
  })

  test('that changes nothing is not written again, and is told once', async () => {
    await bench.start()
    bench.cluster.put('a')
    await settle()

    bench.controller.enqueue('shop/a')
    await settle()

    expect(bench.runs).toHaveLength(2)
    expect(bench.cluster.writes).toHaveLength(1)
    expect(bench.events).toHaveLength(1)
  })

  test('is written once although the cache has not seen the write yet', async () => {
    await bench.start()
    bench.cluster.watchDelivers = false
    bench.cluster.put('a')
    await settle()
    bench.controller.enqueue('shop/a')
    await settle()

    expect(bench.runs).toHaveLength(2)
    expect(bench.cluster.writes).toHaveLength(1)
    expect(bench.events).toHaveLength(1)
  })

  test('shows the reconciler the status it wrote, although the cache has not seen it yet', async () => {
    const seen: (string | undefined)[] = []
    bench.reconcile = (object) => {
      seen.push(object.status?.binding)
      return done({ fields: { binding: 'db' } })
    }
    await bench.start()
    bench.cluster.watchDelivers = false
    bench.cluster.put('a')
    await settle()
    bench.controller.enqueue('shop/a')
    await settle()

    expect(seen).toEqual([undefined, 'db'])
  })

  test('withdraws a field that is absent from it', async () => {
    bench.reconcile = () => done({ fields: { binding: 'db' } })
    await bench.start()
    bench.cluster.put('a')
    await settle()

    bench.reconcile = () => done()
    bench.controller.enqueue('shop/a')
    await settle()

    expect(bench.cluster.status('a')).not.toHaveProperty('binding')
  })

  test('of suspended keeps Ready and says so once', async () => {
    await bench.start()
    bench.cluster.put('a')
    await settle()

    bench.reconcile = () => ({ kind: 'suspended', message: 'spec.suspend is true' })
    bench.cluster.put('a', { generation: 2 })
    await settle()
    bench.controller.enqueue('shop/a')
    await settle()

    expect(bench.cluster.read('a')).toBe(
      'Ready=True Synced, LastSyncSucceeded=True Synced, Suspended=True Suspended',
    )
    expect(bench.told()).toEqual(['Normal Synced Updated', 'Normal Suspended Suspended'])
  })

  test('of ignored writes and tells nothing, and has no series', async () => {
    bench.reconcile = () => ({ kind: 'ignored', why: 'another class' })
    await bench.start()

    bench.cluster.put('a')
    await settle()

    expect(bench.cluster.writes).toEqual([])
    expect(bench.events).toEqual([])
    expect(await bench.metric('thing_sync_calls_total{')).toBeUndefined()
  })

  test('of resting writes and tells nothing, shows the status as it is in metrics, and looks again in time', async () => {
    const lastTransitionTime = '2026-01-01T00:00:00Z'
    const ready = {
      type: 'Ready',
      status: 'True',
      reason: 'Synced',
      message: '',
      lastTransitionTime,
    } as const
    bench.reconcile = () => ({ kind: 'resting', why: 'nothing is due', next: again(60_000) })
    await bench.start()

    bench.cluster.put('a', {}, { conditions: [ready] })
    await settle()

    expect(bench.cluster.writes).toEqual([])
    expect(bench.events).toEqual([])
    expect(await bench.metric('thing_status_condition{')).toContain('condition="Ready",status="True"} 1')
    await bench.clock.pass(60_000)
    expect(bench.runs).toHaveLength(2)
  })

  test('with notes tells them, with the peers’ word as action', async () => {
    const note = {
      type: 'Normal',
      reason: 'SecretWritten',
      action: 'Created',
      message: 'Secret shop/db',
    } as const
    bench.reconcile = () => done({ notes: [note] })
    await bench.start()

    bench.cluster.put('a')
    await settle()

    expect(bench.told()).toEqual(['Normal SecretWritten Created', 'Normal Synced Updated'])
  })
})

describe('an unchanged refresh', () => {
  const refreshed = () =>
    done({ unchanged: true, fields: { refreshTime: String(bench.clock.now()) }, next: again(60_000) })

  test('writes volatile fields at most every ten minutes', async () => {
    bench.reconcile = refreshed
    await bench.start()
    bench.cluster.put('a')
    await settle()

    await bench.clock.pass(20 * 60_000, 60_000)

    expect(bench.runs.length).toBe(21)
    expect(bench.cluster.writes.length).toBe(3)
    expect(await bench.metric('thing_sync_calls_total{')).toContain(' 21')
  })

  test('writes at once what is not volatile', async () => {
    bench.reconcile = refreshed
    await bench.start()
    bench.cluster.put('a')
    await settle()

    bench.reconcile = () => done({ ...refreshed(), fields: { binding: 'new' } })
    await bench.clock.pass(60_000)

    expect(bench.cluster.status('a').binding).toBe('new')
  })
})
