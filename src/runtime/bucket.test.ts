import { expect, test } from 'vitest'
import { ManualClock } from '../../test/fakes/manual-clock.ts'
import { Bucket } from './bucket.ts'

test('lets a burst through, then as many a second as it is told', () => {
  const clock = new ManualClock()
  const bucket = new Bucket(clock, { perSecond: 10, burst: 20 })
  const taken = () => Array.from({ length: 100 }, () => bucket.take()).filter(Boolean).length

  const atOnce = taken()
  clock.advance(500)
  const later = taken()
  clock.advance(3_600_000)

  expect([atOnce, later, taken()]).toEqual([20, 5, 20])
})
