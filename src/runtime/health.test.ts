import { describe, expect, test } from 'vitest'
import { ManualClock } from '../../test/fakes/manual-clock.ts'
import type { KubeObject } from '../kube/object.ts'
import { checksPage, syncedCheck, watchEventLoop } from './health.ts'
import type { Informer } from './informer.ts'

const good = { name: 'good', why: () => undefined }
const bad = { name: 'bad', why: () => 'it is broken' }
const plain = new URLSearchParams()

describe('a page of checks', () => {
  test('is a bare ok when all hold, and lists them when asked', async () => {
    const page = checksPage('readyz', [good])

    expect(page(plain)).toEqual({ status: 200, body: 'ok' })
    expect(page(new URLSearchParams('verbose'))).toEqual({
      status: 200,
      body: '[+]good ok\nreadyz check passed\n',
    })
  })

  test('names what does not hold', async () => {
    const page = checksPage('readyz', [good, bad])

    const expected = '[+]good ok\n[-]bad failed: it is broken\nreadyz check failed\n'
    expect(page(plain)).toEqual({ status: 500, body: expected })
  })
})

describe('the event loop', () => {
  test('is well when timers come in time, or late now and then', () => {
    const clock = new ManualClock()
    const check = watchEventLoop(clock)

    for (let turn = 0; turn < 10; turn++) {
      clock.advance(9000)
      clock.freeze(1500)
    }

    expect(check.why()).toBeUndefined()
    check.stop()
    expect(clock.timerCount).toBe(0)
  })

  test('is well after one long stop: a machine that slept is no reason to restart', () => {
    const clock = new ManualClock()
    const check = watchEventLoop(clock)

    clock.freeze(3_600_000)
    clock.advance(1000)

    expect(check.why()).toBeUndefined()
    check.stop()
  })

  test('is not well when it is blocked most of the time, and recovers', () => {
    const clock = new ManualClock()
    const check = watchEventLoop(clock)

    for (let turn = 0; turn < 6; turn++) {
      clock.freeze(6000)
      clock.advance(0)
    }
    expect(check.why()).toContain('blocked')
    clock.advance(60_000)

    expect(check.why()).toBeUndefined()
    check.stop()
  })
})

test('an informer is ready once it was synced, also when its watch breaks later', async () => {
  const synced = Promise.withResolvers<void>()
  const informer = { title: 'things', synced: synced.promise, state: 'broken' } as Informer<KubeObject>
  const check = syncedCheck(informer)
  expect(check.why()).toBe('no complete list yet, its watch is broken')

  synced.resolve()
  await synced.promise

  expect(check.why()).toBeUndefined()
})
