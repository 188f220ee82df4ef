import { beforeEach, describe, expect, test } from 'vitest'
import { ManualClock, settle } from '../../test/fakes/manual-clock.ts'
import { exponential } from '../std/backoff.ts'
import { WorkQueue } from './queue.ts'

const never = new AbortController().signal
const count = 10
let clock: ManualClock
let queue: WorkQueue

beforeEach(() => {
  clock = new ManualClock()
  queue = new WorkQueue({
    clock,
    backoff: () => exponential({ initialMs: 5000, maxMs: 300_000 }),
    places: count,
    groupOf: (key) => key.split('/')[0] ?? '',
  })
})

/** Adds keys `GROUP/0`, `GROUP/1`... */
function add(group: string, keys: number, priority = 0): void {
  for (let it = 0; it < keys; it++) queue.add(`${group}/${it}`, { priority })
}

/** Workers that never end what they take; gives the list that grows. */
function work(workers = 4 * count): string[] {
  const taken: string[] = []
  for (let it = 0; it < workers; it++) void queue.get(never).then((item) => item && taken.push(item.key))
  return taken
}

function ofGroup(taken: readonly string[], group: string): number {
  return taken.filter((it) => it.startsWith(`${group}/`)).length
}

describe('groups', () => {
  test('are served in turn, each in its own order', async () => {
    add('big', 500)
    add('small', 2)
    add('other', 1)
    const taken = work(6)
    await settle()

    expect(taken).toEqual(['big/0', 'small/0', 'other/0', 'big/1', 'small/1', 'big/2'])
  })

  test('that come while another one has much to do wait for one turn', async () => {
    add('big', 500)
    const taken = work(3)
    await settle()
    add('small', 1)
    work(2)
    for (const key of taken) queue.done(key)
    const later = work(2)
    await settle()

    expect(ofGroup([...taken, ...later], 'big')).toBeLessThanOrEqual(5)
    expect(queue.depths().get(0)).toBe(501 - 7)
  })

  test('give way to a higher priority, whoever’s it is', async () => {
    add('big', 5, -100)
    add('small', 1, -100)
    queue.add('big/0', { priority: 0 })
    queue.add('big/1', { priority: -50 })
    const taken = work(4)
    await settle()

    expect(taken).toEqual(['big/0', 'big/1', 'small/0', 'big/2'])
  })
})

describe('a group whose runs do not end', () => {
  test('alone has all places and no more, however slow it is', async () => {
    add('slow', 100)
    const taken = work()
    await settle()
    await clock.pass(60_000, 500)

    expect(taken).toHaveLength(count)
  })

  test('holds up another one for half a second, once', async () => {
    add('slow', 100)
    const taken = work()
    await settle()
    add('quick', 100)
    await clock.pass(499)
    expect(ofGroup(taken, 'quick')).toBe(0)
    await clock.pass(1)
    expect(ofGroup(taken, 'quick')).toBe(3)
    queue.done('quick/0')
    await settle()

    expect(ofGroup(taken, 'quick')).toBe(4)
    expect(ofGroup(taken, 'slow')).toBe(count)
  })

  test('leaves places to others at once when it is slow already', async () => {
    add('slow', 100)
    const taken = work()
    await settle()
    await clock.pass(500)
    add('quick', 1)
    await settle()

    expect(ofGroup(taken, 'quick')).toBe(1)
  })

  test('and many more of its kind never have more than four times the places', async () => {
    for (let it = 0; it < 30; it++) add(`slow-${it}`, 100)
    const taken = work(10 * count)
    await clock.pass(60_000, 100)

    expect(taken).toHaveLength(4 * count)
    queue.done(taken[0] ?? '')
    await settle()
    expect(taken.length).toBeLessThanOrEqual(4 * count + 1)
  })

  test('leaves no timer behind when the queue is shut down', async () => {
    add('slow', 100)
    work()
    add('quick', 1)
    await settle()
    expect(clock.timerCount).toBe(1)
    queue.shutDown()

    expect(clock.timerCount).toBe(0)
  })
})

test('ten thousand keys of a thousand groups are served in well under a second', async () => {
  for (let it = 0; it < 10_000; it++) queue.add(`group-${it % 1000}/${it}`)
  const startedMs = performance.now()
  for (let it = 0; it < 10_000; it++) {
    const item = await queue.get(never)
    queue.done(item?.key ?? '')
  }

  expect(performance.now() - startedMs).toBeLessThan(3000)
})
