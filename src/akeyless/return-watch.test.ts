import { beforeEach, expect, test } from 'vitest'
import { ManualClock } from '../../test/fakes/manual-clock.ts'
import type { CallEnd } from './circuit.ts'
import { ReturnWatch } from './return-watch.ts'

let clock: ManualClock
let watch: ReturnWatch
let [probes, returns] = [0, 0]
/** How a probe ends. */
let end: CallEnd['kind']

beforeEach(() => {
  clock = new ManualClock()
  ;[probes, returns, end] = [0, 0, 'failed']
  watch = new ReturnWatch({
    clock,
    probe: () => {
      probes++
      watch.ended(end, true)
      return Promise.resolve()
    },
    onReturn: () => void returns++,
  })
})

async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 1000) {
    clock.advance(1000)
    for (let turn = 0; turn < 5; turn++) await Promise.resolve()
  }
}

test('answers alone are no news', async () => {
  watch.ended('answered', false)
  watch.ended('throttled', false)
  await pass(60_000)

  expect([probes, returns]).toEqual([0, 0])
})

test('one that fails is asked every ten seconds, and its return is told once', async () => {
  watch.ended('failed', false)
  await pass(35_000)
  expect([probes, returns]).toEqual([3, 0])
  end = 'answered'
  await pass(60_000)

  expect([probes, returns]).toEqual([4, 1])
})

test('an answer to anybody is a return', async () => {
  watch.ended('failed', false)
  watch.ended('answered', false)
  await pass(60_000)

  expect([probes, returns]).toEqual([0, 1])
})

test('nobody asks for ever: ten minutes after the last who needed it that ends', async () => {
  watch.ended('failed', false)
  await pass(3_600_000)

  expect(probes).toBe(60)
})

test('one that comes and goes is told of ever more rarely', async () => {
  for (let second = 0; second < 3600; second++) {
    watch.ended('failed', false)
    watch.ended('answered', false)
    await pass(1000)
  }

  expect(returns).toBeGreaterThan(10)
  expect(returns).toBeLessThan(20)
})

test('nothing is asked once it is stopped', async () => {
  watch.ended('failed', false)
  watch.stop()
  await pass(60_000)

  expect(probes).toBe(0)
})

test('nothing is asked any more when it is stopped in the middle of asking, or told of calls that the stop cut off', async () => {
  const asked = Promise.withResolvers<void>()
  watch = new ReturnWatch({
    clock,
    probe: () => {
      probes++
      return asked.promise
    },
    onReturn: () => void returns++,
  })
  watch.ended('failed', false)
  await pass(10_000)
  watch.stop()
  asked.resolve()
  watch.ended('failed', false)
  watch.ended('answered', false)
  await pass(60_000)

  expect([probes, returns]).toEqual([1, 0])
})
