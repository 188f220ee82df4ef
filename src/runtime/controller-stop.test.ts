import { afterEach, beforeEach, expect, test } from 'vitest'
import { settle } from '../../test/fakes/manual-clock.ts'
import { Bench, done } from '../../test/fakes/runtime/bench.ts'

let bench: Bench

beforeEach(() => {
  bench = new Bench()
})

afterEach(() => bench.end())

test('when leadership is lost, runs end, nothing more is written and nothing more is begun', async () => {
  bench.reconcile = (_, { signal }) =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve(done({ message: 'too late' }))))
  await bench.start()
  bench.cluster.put('a')
  await settle()

  bench.lead.abort(new Error('lost'))
  await settle()
  bench.cluster.put('b')
  await settle()

  expect(bench.runs.map(({ key }) => key)).toEqual(['shop/a'])
  expect(bench.cluster.writes).toEqual([])
})

test('stop lets a run finish and write', async () => {
  bench.reconcile = () => new Promise((resolve) => bench.clock.after(1000, () => resolve(done())))
  await bench.start()
  bench.cluster.put('a')
  await settle()

  const stopped = bench.controller.stop(10_000)
  await bench.clock.pass(1000)
  await stopped

  expect(bench.cluster.read('a')).toContain('Ready=True')
})

test('stop aborts a run that does not finish', async () => {
  bench.reconcile = () => new Promise(() => {})
  await bench.start()
  bench.cluster.put('a')
  await settle()

  const stopped = bench.controller.stop(10_000)
  await bench.clock.pass(10_000)
  await bench.clock.pass(5000)
  await stopped

  expect(bench.runs[0]?.signal.aborted).toBe(true)
  expect(bench.cluster.writes).toEqual([])
})

test('leadership that is lost while the last runs end, ends them at once', async () => {
  bench.reconcile = (_, { signal }) =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve(done())))
  await bench.start()
  bench.cluster.put('a')
  await settle()

  const stopped = bench.controller.stop(10_000)
  bench.lead.abort(new Error('lost'))
  await stopped

  expect(bench.runs[0]?.signal.aborted).toBe(true)
  expect(bench.cluster.writes).toEqual([])
})

test('no timer and no listener outlive a thousand runs', async () => {
  await bench.start()
  for (let at = 0; at < 1000; at++) bench.cluster.put(`thing-${at}`)
  await settle()
  for (let turn = 0; turn < 20; turn++) await settle()

  expect(bench.runs).toHaveLength(1000)
  expect(bench.clock.timerCount).toBe(0)
})
