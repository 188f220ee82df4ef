import { beforeEach, describe, expect, test } from 'vitest'
import { ManualClock, settle } from '../../test/fakes/manual-clock.ts'
import { Failure } from '../std/failure.ts'
import { seededRandom } from '../std/seeded-random.ts'
import { type CallEnd, Circuit, NotSent } from './circuit.ts'

const { signal } = new AbortController()
const waitMs = 3000
const answered: CallEnd = { kind: 'answered' }
const refused = failed('the connection is refused', 5)

let clock: ManualClock
let circuit: Circuit
let shutBy: (string | undefined)[]
let notSent: string[]

beforeEach(() => {
  clock = new ManualClock()
  shutBy = []
  notSent = []
  circuit = newCircuit(() => 0.5)
})

function newCircuit(random: () => number): Circuit {
  const observer = {
    onCircuit: (_gateway: string, reason: string | undefined) => void shutBy.push(reason),
    onNotSent: (reason: string) => void notSent.push(reason),
  }
  return new Circuit({ host: 'gw:8000', clock, random, observer })
}

function failed(detail: string, tookMs: number): CallEnd {
  return { kind: 'failed', cause: { reason: 'GatewayUnreachable', detail }, tookMs }
}

function throttled(retryAfterMs?: number): CallEnd {
  return { kind: 'throttled', retryAfterMs }
}

/** One call that ends so. */
async function call(end: CallEnd): Promise<void> {
  circuit.ended(await circuit.enter(signal, clock.monotonic() + waitMs), end)
}

async function calls(count: number, end: CallEnd): Promise<void> {
  for (let it = 0; it < count; it++) await call(end)
}

/** Lets the pause pass and tells how long it was. */
function passPause(): number {
  let ms = 0
  for (; !circuit.isOpenBy(clock.monotonic()); ms += 100) clock.advance(100)
  return ms
}

/** The failure of a call that is not made, `sent` when it is, `waits` while it waits. */
async function attempt(): Promise<Failure | 'sent' | 'waits'> {
  let result: Failure | 'sent' | 'waits' = 'waits'
  void circuit.enter(signal, clock.monotonic() + waitMs).then(
    () => (result = 'sent'),
    (error: unknown) => (result = error instanceof Failure ? error : 'waits'),
  )
  await settle()
  return result
}

describe('failures', () => {
  test('that come at once shut it after ten in a row, with the last cause and no item in the words', async () => {
    await calls(9, refused)
    expect(await attempt()).toBe('sent')
    await call(failed('status is 503; look at the log of the Gateway', 5))

    expect(await attempt()).toMatchObject({
      reason: 'GatewayUnreachable',
      message:
        'Cannot ask gateway "gw:8000": status is 503; look at the log of the Gateway; nobody asks it now, and one call tries it again within 10 s',
      retryAfterMs: 1500,
      cause: expect.any(NotSent) as object,
    })
    expect(shutBy).toEqual(['GatewayUnreachable'])
    expect(notSent).toEqual(['GatewayUnreachable'])
  })

  test.each([
    ['a success', answered],
    ['a 429 that is over', throttled(0)],
  ])('with %s between them do not', async (_, end) => {
    await calls(9, refused)
    await call(end)
    clock.advance(1000)
    await call(answered)
    await calls(9, refused)

    expect(await attempt()).toBe('sent')
  })

  test('spread over minutes do not', async () => {
    for (let it = 0; it < 30; it++) {
      await call(refused)
      clock.advance(4000)
    }

    expect(await attempt()).toBe('sent')
  })

  test('after a long wait shut it at once when nobody got an answer meanwhile', async () => {
    await call(answered)
    clock.advance(900)
    await call(failed('no answer in time', 5000))
    expect(await attempt()).toBe('sent')
    clock.advance(100)
    await call(failed('no answer in time', 5000))

    expect(await attempt()).toMatchObject({ reason: 'GatewayUnreachable' })
  })
})

describe('when the pause is over', () => {
  beforeEach(() => calls(10, refused))

  test('one call at a time tries it, and its success opens it for all', async () => {
    clock.advance(1000)
    const probe = await circuit.enter(signal, 0)
    expect(await attempt()).toBeInstanceOf(Failure)
    expect(() => circuit.refuse(waitMs)).toThrow('nobody asks it now')
    circuit.ended(probe, answered)

    expect(await attempt()).toBe('sent')
    expect(shutBy).toEqual(['GatewayUnreachable', undefined])
  })

  test('a try that fails costs a pause twice as long, ten seconds at most', async () => {
    const pauses: number[] = []
    for (let round = 0; round < 6; round++) {
      pauses.push(passPause())
      await call(refused)
    }

    expect(pauses).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000])
  })

  test('a try whose asker went away lets another one try', async () => {
    clock.advance(1000)
    const probe = await circuit.enter(signal, 0)
    circuit.ended(probe, { kind: 'abandoned' })

    expect(await attempt()).toBe('sent')
  })

  test('an answer to a call from before opens it, and a failure of one changes nothing', async () => {
    circuit = newCircuit(() => 0.5)
    const [early, late] = [await circuit.enter(signal, 0), await circuit.enter(signal, 0)]
    await calls(10, refused)
    circuit.ended(early, refused)
    clock.advance(999)
    expect(await attempt()).toBeInstanceOf(Failure)
    circuit.ended(late, answered)

    expect(await attempt()).toBe('sent')
  })

  test('work that has not begun is let in for the try', () => {
    expect(() => circuit.refuse(waitMs)).toThrow('nobody asks it now')
    clock.advance(1000)

    expect(() => circuit.refuse(waitMs)).not.toThrow()
  })
})

describe('a 429', () => {
  test('with Retry-After stops everybody for that time; a call fails at once when that is too long', async () => {
    await call(throttled(7000))

    expect(await attempt()).toMatchObject({ reason: 'Throttled', retryAfterMs: 7000 + 875 })
    expect(() => circuit.refuse(waitMs)).toThrow('it asks for fewer calls')
    clock.advance(3999)
    expect(await attempt()).toMatchObject({ reason: 'Throttled' })
    clock.advance(1)
    expect(await attempt()).toBe('waits')
    expect(() => circuit.refuse(waitMs)).not.toThrow()
  })

  test('lets those who wait go on after one of them was answered', async () => {
    await call(throttled(2000))
    const passes: object[] = []
    for (let it = 0; it < 5; it++)
      void circuit.enter(signal, waitMs).then(
        (pass) => passes.push(pass),
        () => {},
      )
    await settle()
    clock.advance(2000)
    await settle()
    expect(passes).toHaveLength(1)
    circuit.ended(passes[0] as never, answered)
    await settle()

    expect(passes).toHaveLength(5)
  })

  test('to the one who tries is the end of the wait of those whom the new pause is too long for', async () => {
    await call(throttled(2000))
    const waiting = Array.from({ length: 5 }, () =>
      circuit.enter(signal, waitMs).then(
        (pass) => pass,
        (error: unknown) => error,
      ),
    )
    clock.advance(2000)
    await settle()
    const [probe] = await Promise.race(waiting.map(async (it) => [await it]))
    circuit.ended(probe as never, throttled(2000))
    const results = await Promise.all(waiting)

    expect(results.filter((it) => it instanceof Failure)).toHaveLength(4)
  })

  test('is not taken back by answers that were under way', async () => {
    const early = await circuit.enter(signal, 0)
    await call(throttled(60_000))
    circuit.ended(early, answered)

    expect(await attempt()).toMatchObject({ reason: 'Throttled' })
  })

  test('of twenty calls at once counts once, for the longest time that is asked for', async () => {
    const passes = await Promise.all(Array.from({ length: 20 }, () => circuit.enter(signal, 0)))
    for (const [at, pass] of passes.entries()) circuit.ended(pass, throttled(1000 * (at + 1)))

    clock.advance(16_999)
    expect(await attempt()).toMatchObject({ reason: 'Throttled' })
    clock.advance(1)
    expect(await attempt()).toBe('waits')
  })

  test('without Retry-After makes pauses that grow to a minute, and start anew after a quiet time', async () => {
    const pauses: number[] = []
    for (let it = 0; it < 9; it++) {
      await call(throttled())
      pauses.push(passPause())
    }
    await call(answered)
    clock.advance(120_100)
    await call(throttled())
    pauses.push(passPause())

    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 500])
  })

  test('that asks for a day is believed for five minutes', async () => {
    await call(throttled(86_400_000))
    clock.advance(300_000)

    expect(await attempt()).toBe('sent')
  })

  test('leaves no timer and no listener behind when those who wait go away', async () => {
    await call(throttled(2000))
    const stop = new AbortController()
    const waiting = circuit.enter(stop.signal, waitMs)
    stop.abort(new Error('gone'))

    await expect(waiting).rejects.toThrow('gone')
    expect(clock.timerCount).toBe(0)
  })
})

test('F46: those who are refused come back spread over time, and the same way in every run', async () => {
  const delays = async () => {
    clock = new ManualClock()
    circuit = newCircuit(seededRandom('gw:8000'))
    await call(throttled(60_000))
    const failures = await Promise.all(Array.from({ length: 100 }, () => attempt()))
    return failures.map((it) => (it instanceof Failure ? (it.retryAfterMs ?? 0) : 0))
  }
  const first = await delays()

  expect(await delays()).toEqual(first)
  expect(Math.min(...first)).toBeGreaterThanOrEqual(60_000)
  expect(Math.max(...first)).toBeLessThan(75_000)
  expect(Math.max(...first) - Math.min(...first)).toBeGreaterThan(10_000)
})
