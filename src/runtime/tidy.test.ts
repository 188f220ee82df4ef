import { beforeEach, expect, test } from 'vitest'
import { ManualClock } from '../../test/fakes/manual-clock.ts'
import { tidyWhenQuiet } from './tidy.ts'

let clock: ManualClock
let activeMs: number
let collections: number
let stop: () => void

beforeEach(() => {
  clock = new ManualClock()
  activeMs = 400
  collections = 0
  stop = tidyWhenQuiet({ clock, activeMs: () => activeMs, collect: () => void (collections += 1) })
})

function pass(seconds: number, busyMsPerSecond = 0): void {
  for (let at = 0; at < seconds; at += 2) {
    activeMs += 2 * busyMsPerSecond
    clock.advance(2000)
  }
}

test('tidies once after a start', () => {
  pass(60)

  expect(collections).toBe(1)
})

test('waits until a burst is over, and for five minutes since the last time', () => {
  pass(20, 800)
  expect(collections).toBe(0)
  pass(10)
  expect(collections).toBe(1)
  pass(20, 800)
  pass(200)
  expect(collections).toBe(1)
  pass(100)
  expect(collections).toBe(2)
})

test('leaves alone what did little', () => {
  pass(10)
  pass(400, 0.1)

  expect(collections).toBe(1)
})

test('ends', () => {
  stop()
  pass(60)

  expect(collections).toBe(0)
  expect(clock.timerCount).toBe(0)
})
