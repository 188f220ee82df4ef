import { expect, test } from 'vitest'
import { exponential } from './backoff.ts'

test('exponential() doubles up to its maximum', () => {
  const delays: number[] = []
  let backoff = exponential({ initialMs: 5000, maxMs: 300_000 })
  for (let step = 0; step < 8; step++) {
    delays.push(backoff.delayMs)
    backoff = backoff.next()
  }

  expect(delays).toEqual([5000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000])
})

test('exponential() starts again from the value that was kept', () => {
  const first = exponential({ initialMs: 100, maxMs: 1000 })
  first.next().next()

  expect(first.delayMs).toBe(100)
})

test('exponential() spreads each delay by its jitter and grows by the factor all the same', () => {
  const low = exponential({ initialMs: 100, maxMs: 1000, jitter: 0.2, random: () => 0 })
  const high = exponential({ initialMs: 100, maxMs: 1000, jitter: 0.2, random: () => 0.999999 })

  expect(low.delayMs).toBeCloseTo(80)
  expect(high.delayMs).toBeCloseTo(120)
  expect(low.next().delayMs).toBeCloseTo(160)
})
