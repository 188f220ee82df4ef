import { afterEach, beforeEach, expect, test } from 'vitest'
import { settle } from '../../test/fakes/manual-clock.ts'
import { Bench, done, failed } from '../../test/fakes/runtime/bench.ts'

/** As ESO's ExternalSecret has it. */
const declared = () => ({
  fields: new Set(['conditions', 'refreshTime', 'binding']),
  conditionFields: new Set(['type', 'status', 'reason', 'message', 'lastTransitionTime']),
  conditionTypes: new Set(['Ready', 'Deleted']),
})
const status = {
  fields: ['refreshTime', 'binding'] as const,
  staleness: { afterMs: () => 600_000, lastSuccessMs: () => undefined },
  declared,
}
let bench: Bench

beforeEach(() => {
  bench = new Bench()
})

afterEach(() => bench.end())

async function runAgain(): Promise<void> {
  bench.controller.enqueue('shop/a')
  await settle()
}

test('conditions that the CRD cannot hold are left out, and what they say is told of once', async () => {
  await bench.start({ status })
  bench.cluster.put('a')
  await settle()
  await runAgain()
  bench.reconcile = () => {
    throw failed('Throttled')
  }
  await runAgain()
  await bench.clock.pass(20_000, 1000)
  bench.reconcile = () => done()
  await runAgain()
  await runAgain()

  expect(bench.told()).toEqual([
    'Normal Synced Updated',
    'Warning Throttled ReconcileFailed',
    'Normal Synced Updated',
  ])
  expect(bench.cluster.status('a').conditions).toEqual([
    expect.objectContaining({ type: 'Ready', status: 'True', reason: 'Synced' }),
  ])
  expect(bench.cluster.writes).toHaveLength(1)
})

test('a result that cannot be refreshed becomes Stale and says why in Ready itself', async () => {
  await bench.start({ status })
  bench.cluster.put('a')
  await settle()
  bench.reconcile = () => {
    throw failed('Throttled')
  }
  await runAgain()
  await bench.clock.pass(700_000, 5000)

  const [ready] = bench.cluster.status('a').conditions ?? []
  expect(ready).toMatchObject({ type: 'Ready', status: 'False', reason: 'Stale' })
  expect(ready?.message).toBe('The last good result is older than it may be. Throttled: Throttled happened')
})

test('a failure of a changed spec is not taken for one of the last good result', async () => {
  await bench.start({ status })
  bench.cluster.put('a', { generation: 1 })
  await settle()
  bench.reconcile = () => {
    throw failed('Throttled')
  }
  bench.cluster.put('a', { generation: 2 }, bench.cluster.status('a'))
  await settle()

  expect(bench.cluster.status('a').conditions).toEqual([
    expect.objectContaining({ type: 'Ready', status: 'False', reason: 'Throttled' }),
  ])
})

test('after a restart a sync that goes well is no news', async () => {
  await bench.start({ status })
  const ready = { type: 'Ready', status: 'True', reason: 'Synced', message: 'All is well' } as const
  const lastTransitionTime = '2026-01-01T00:00:00Z'
  bench.cluster.put('a', {}, { conditions: [{ ...ready, lastTransitionTime }] })
  await settle()

  expect(bench.runs).toHaveLength(1)
  expect(bench.events).toEqual([])
  expect(bench.cluster.writes).toEqual([])
})

test('what another writer said since is taken as it stands', async () => {
  await bench.start({ status })
  bench.cluster.put('a')
  await settle()
  const lastTransitionTime = '2026-01-01T00:00:00Z'
  const theirs = {
    type: 'Ready',
    status: 'False',
    reason: 'Theirs',
    message: '',
    lastTransitionTime,
  } as const
  bench.cluster.put('a', { labels: { changed: 'yes' } }, { conditions: [theirs] })
  await settle()

  expect(bench.told()).toEqual(['Normal Synced Updated', 'Normal Synced Updated'])
})
