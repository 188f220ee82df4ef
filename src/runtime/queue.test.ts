import { beforeEach, describe, expect, test } from 'vitest'
import { ManualClock, settle } from '../../test/fakes/manual-clock.ts'
import { exponential } from '../std/backoff.ts'
import { WorkQueue } from './queue.ts'

const never = new AbortController().signal
let clock: ManualClock
let queue: WorkQueue

beforeEach(() => {
  clock = new ManualClock()
  queue = new WorkQueue({ clock, backoff: () => exponential({ initialMs: 5000, maxMs: 300_000 }) })
})

/** Takes all that is ready now, without unlocking it. */
async function takeAll(): Promise<string[]> {
  const stop = new AbortController()
  const keys: string[] = []
  const taken = (async () => {
    for (let item = await queue.get(stop.signal); item; item = await queue.get(stop.signal))
      keys.push(item.key)
  })()
  await settle()
  stop.abort()
  await taken
  return keys
}

describe('order', () => {
  test('is first in, first out within a priority', async () => {
    for (const key of ['a', 'b', 'c']) queue.add(key)

    expect(await takeAll()).toEqual(['a', 'b', 'c'])
  })

  test('serves a higher priority first', async () => {
    queue.add('start-up', { priority: -100 })
    queue.add('refresh', { priority: -50 })
    queue.add('change')

    expect(await takeAll()).toEqual(['change', 'refresh', 'start-up'])
  })

  test('holds a delayed key back until its moment', async () => {
    queue.add('later', { afterMs: 1000 })

    expect(await takeAll()).toEqual([])
    clock.advance(999)
    expect(await takeAll()).toEqual([])
    clock.advance(1)
    expect(await takeAll()).toEqual(['later'])
  })

  test('hands a delayed key to a worker that already waits', async () => {
    const taken = queue.get(never)
    queue.add('later', { afterMs: 1000 })

    clock.advance(1000)

    expect(await taken).toEqual({ key: 'later', priority: 0 })
  })
})

describe('a key that is added again', () => {
  test('is queued once, with the higher priority and the earlier moment', async () => {
    queue.add('a', { priority: -50 })
    queue.add('b', { priority: -20 })
    queue.add('a', { priority: 0, afterMs: 60_000 })

    expect(await takeAll()).toEqual(['a', 'b'])
  })

  test('comes at once when its delay is overtaken, and not a second time', async () => {
    queue.add('a', { afterMs: 60_000 })
    queue.add('a')

    expect(await takeAll()).toEqual(['a'])
    queue.done('a')
    clock.advance(60_000)
    expect(await takeAll()).toEqual([])
  })

  test('while it is worked on waits for done, and then runs exactly once more', async () => {
    queue.add('a')
    await queue.get(never)
    queue.add('a')
    queue.add('a')

    expect(await takeAll()).toEqual([])
    queue.done('a')
    expect(await takeAll()).toEqual(['a'])
    queue.done('a')
    expect(await takeAll()).toEqual([])
  })

  test('while it is worked on keeps its delay', async () => {
    queue.add('a')
    await queue.get(never)
    queue.add('a', { afterMs: 1000 })

    queue.done('a')

    expect(await takeAll()).toEqual([])
    clock.advance(1000)
    expect(await takeAll()).toEqual(['a'])
  })
})

describe('a key that fails', () => {
  const failOnce = async () => {
    const item = await queue.get(never)
    queue.retry(item?.key ?? '', { priority: item?.priority ?? 0 })
    queue.done(item?.key ?? '')
  }

  test('comes back after 5, 10, 20 seconds', async () => {
    queue.add('a')
    for (const delayMs of [5000, 10_000, 20_000]) {
      await failOnce()
      clock.advance(delayMs - 1)
      expect(await takeAll()).toEqual([])
      clock.advance(1)
    }

    expect(queue.failures('a')).toBe(3)
    expect(await takeAll()).toEqual(['a'])
  })

  test('starts over after forget', async () => {
    queue.add('a')
    await failOnce()
    clock.advance(5000)
    await failOnce()
    queue.forget('a')
    clock.advance(10_000)

    await failOnce()

    clock.advance(5000)
    expect(await takeAll()).toEqual(['a'])
    expect(queue.failures('a')).toBe(1)
  })

  test('waits at least as long as the other side asked', async () => {
    queue.retry('a', { priority: 0, atLeastMs: 60_000 })

    clock.advance(59_999)

    expect(await takeAll()).toEqual([])
    clock.advance(1)
    expect(await takeAll()).toEqual(['a'])
  })
})

describe('the end', () => {
  test('gives waiting and later workers undefined, and takes nothing more', async () => {
    const waiting = queue.get(never)

    queue.shutDown()
    queue.add('late')

    expect(await waiting).toBeUndefined()
    expect(await queue.get(never)).toBeUndefined()
  })

  test('leaves no timer behind', () => {
    queue.add('later', { afterMs: 1000 })

    queue.shutDown()

    expect(clock.timerCount).toBe(0)
  })

  test('of one worker, by its signal, leaves the item to another', async () => {
    const stop = new AbortController()
    const gone = queue.get(stop.signal)
    const other = queue.get(never)

    stop.abort()
    queue.add('a')

    expect(await gone).toBeUndefined()
    expect(await other).toEqual({ key: 'a', priority: 0 })
  })
})

test('what metrics read counts ready items by priority and the age of running ones', async () => {
  for (const key of ['a', 'b', 'c']) queue.add(key, { priority: key === 'a' ? 0 : -50 })
  queue.add('later', { afterMs: 1 })

  await queue.get(never)
  clock.freeze(500)

  expect([...queue.depths()]).toEqual([[-50, 2]])
  expect(queue.runningMs()).toEqual([500])
})
