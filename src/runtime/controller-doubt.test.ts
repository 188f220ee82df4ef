import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { settle } from '../../test/fakes/manual-clock.ts'
import { Bench, done, failed, type Status } from '../../test/fakes/runtime/bench.ts'
import type { Condition } from '../kube/object.ts'

let bench: Bench

beforeEach(() => {
  bench = new Bench()
})

afterEach(() => bench.end())

function fail(): never {
  throw failed('NotFound', true)
}

test('a write whose answer was lost is told of all the same, once', async () => {
  await bench.start()
  bench.cluster.losesNextAnswer = true
  bench.cluster.put('a')
  await settle()
  await bench.clock.pass(6000)

  expect(bench.cluster.read('a')).toContain('Ready=True')
  expect(bench.told()).toEqual(['Normal Synced Updated'])
})

test('a write whose answer was lost, and that the watch does not show, is not taken for undone', async () => {
  await bench.start()
  bench.cluster.put('a')
  await settle()
  bench.cluster.watchDelivers = false
  bench.cluster.losesNextAnswer = true
  bench.reconcile = fail
  bench.controller.enqueue('shop/a')
  await settle()
  expect(bench.cluster.read('a')).toContain('Ready=False')
  bench.reconcile = () => done()
  await bench.clock.pass(6000)

  expect(bench.cluster.read('a')).toContain('Ready=True')
  expect(bench.told()).toEqual(['Normal Synced Updated'])
})

test('a run that goes on after a checkpoint whose answer was lost says what holds', async () => {
  await bench.start()
  bench.cluster.put('a')
  await settle()
  bench.cluster.losesNextAnswer = true
  bench.reconcile = async (_, context) => {
    await context.checkpoint({ binding: 'pending' }).catch(() => undefined)
    return done()
  }
  bench.controller.enqueue('shop/a')
  await settle()

  expect(bench.cluster.status('a').binding).toBeUndefined()
})

test('a run after a write whose answer was lost goes on from what it left', async () => {
  const seen: unknown[] = []
  bench.reconcile = async (object, context) => {
    seen.push(object.status?.binding)
    if (seen.length === 1) await context.checkpoint({ binding: 'pending' })
    return done({ fields: { binding: 'final' } })
  }
  await bench.start()
  bench.cluster.watchDelivers = false
  bench.cluster.losesNextAnswer = true
  bench.cluster.put('a')
  await settle()
  await bench.clock.pass(6000)

  expect(seen).toEqual([undefined, 'pending'])
})

test('a failure does not take back what another leader put on record and the watch does not show yet', async () => {
  bench.reconcile = () => done({ fields: { binding: 'old' } })
  await bench.start()
  bench.cluster.put('a')
  await settle()
  bench.reconcile = fail
  const { sink } = bench.cluster
  bench.cluster.sink = undefined
  bench.cluster.put('a', {}, { ...bench.cluster.status('a'), binding: 'new' })
  bench.cluster.sink = sink
  bench.controller.enqueue('shop/a')
  await settle()

  expect(bench.cluster.status('a').binding).toBe('new')
  expect(bench.cluster.read('a')).toContain('Ready=False')
})

test('a run whose object goes while it puts something on record ends without a word', async () => {
  bench.reconcile = async (_, context) => {
    bench.cluster.objects.delete('shop/a')
    await context.checkpoint({ binding: 'pending' })
    return done()
  }
  await bench.start()
  bench.cluster.put('a')
  await settle()

  expect(bench.logged.filter((line) => /"level":"(warn|error)"/.test(line))).toEqual([])
  expect(await bench.metric('controller_runtime_reconcile_panics_total')).toContain(' 0')
  expect(bench.events).toEqual([])
})

test('a checkpoint survives a failure also when a label was changed meanwhile', async () => {
  bench.reconcile = async (_, context) => {
    await context.checkpoint({ binding: 'pending' })
    if (bench.runs.length === 1) bench.cluster.put('a', { labels: { team: 'a' } })
    bench.reconcile = fail
    return fail()
  }
  await bench.start()
  bench.cluster.put('a')
  await settle()

  expect(bench.cluster.status('a').binding).toBe('pending')
})

describe('a new leader whose cache lags behind what the last one put on record', () => {
  const status = (isGood: boolean): Status => {
    const reason = isGood ? 'Synced' : 'NotFound'
    const message = isGood ? 'All is well' : 'NotFound happened'
    const said = { reason, message, lastTransitionTime: '2026-01-01T00:00:00Z', observedGeneration: 1 }
    const holds = isGood ? 'True' : 'False'
    const conditions: Condition[] = [
      { type: 'Ready', status: holds, ...said },
      { type: 'LastSyncSucceeded', status: holds, ...said },
    ]
    return { observedGeneration: 1, conditions }
  }
  const theirs: Status & { readonly theirs: string } = { ...status(true), theirs: 'x' }
  /** The last word of the last leader, which the watch does not show yet. */
  const lastWord = (said: Status) => {
    const { sink } = bench.cluster
    bench.cluster.sink = undefined
    bench.cluster.put('a', {}, said)
    bench.cluster.sink = sink
  }

  test('puts right what that left, though its own result is what the cache says', async () => {
    await bench.start()
    bench.cluster.put('a', {}, status(true))
    lastWord(status(false))
    await settle()
    expect([bench.runs.length, bench.cluster.writes.length]).toEqual([1, 0])

    bench.cluster.deliver('a')
    await settle()

    expect(bench.cluster.read('a')).toBe('Ready=True Synced, LastSyncSucceeded=True Synced')
    expect(bench.told()).toEqual(['Normal Synced Updated'])
  })

  test('puts it right also when the watch shows it during the run', async () => {
    bench.reconcile = () => {
      if (bench.runs.length === 1) bench.cluster.deliver('a')
      return done()
    }
    await bench.start()
    bench.cluster.put('a', {}, status(true))
    lastWord(status(false))
    await settle()

    expect(bench.cluster.read('a')).toBe('Ready=True Synced, LastSyncSucceeded=True Synced')
    expect(bench.runs).toHaveLength(2)
  })

  test('does not run for what says the same, nor once it has written the status itself', async () => {
    await bench.start()
    bench.cluster.put('a', {}, status(true))
    await settle()
    bench.cluster.put('a', {}, theirs)
    await settle()
    expect(bench.runs).toHaveLength(1)
    bench.reconcile = fail
    bench.controller.enqueue('shop/a')
    await settle()
    expect(bench.cluster.writes).toHaveLength(1)

    bench.cluster.put('a', {}, status(true))
    await settle()

    expect(bench.runs).toHaveLength(2)
  })
})
