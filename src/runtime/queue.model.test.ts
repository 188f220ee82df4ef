import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ManualClock, settle } from '../../test/fakes/manual-clock.ts'
import { exponential } from '../std/backoff.ts'
import { WorkQueue } from './queue.ts'

interface Waiting {
  key: string
  priority: number
  readyAtMs: number
  /** When it entered the line it stands in now: ready ones by arrival, delayed ones by their moment. */
  placed: number
}

/** The rules, written as slowly and plainly as they can be. */
class Model {
  waiting: Waiting[] = []
  locked = new Set<string>()
  nowMs = 0
  #placed = 0

  add(key: string, priority: number, afterMs: number): void {
    const old = this.waiting.find((it) => it.key === key)
    const readyAtMs = this.nowMs + afterMs
    if (old === undefined) this.waiting.push({ key, priority, readyAtMs, placed: this.#placed++ })
    else if (priority > old.priority || readyAtMs < old.readyAtMs) {
      old.priority = Math.max(old.priority, priority)
      old.readyAtMs = Math.min(old.readyAtMs, readyAtMs)
      old.placed = this.#placed++
    }
  }

  pass(ms: number): void {
    const before = this.nowMs
    this.nowMs += ms
    const due = this.waiting.filter(
      (it) => it.readyAtMs > before && it.readyAtMs <= this.nowMs && !this.locked.has(it.key),
    )
    due.sort((a, b) => a.readyAtMs - b.readyAtMs || a.placed - b.placed)
    for (const it of due) it.placed = this.#placed++
  }

  take(): string | undefined {
    const ready = this.waiting.filter((it) => it.readyAtMs <= this.nowMs && !this.locked.has(it.key))
    const [first] = ready.sort((a, b) => b.priority - a.priority || a.placed - b.placed)
    if (first === undefined) return undefined
    this.waiting = this.waiting.filter((it) => it !== first)
    this.locked.add(first.key)
    return first.key
  }

  done(key: string): void {
    this.locked.delete(key)
    const parked = this.waiting.find((it) => it.key === key)
    if (parked !== undefined) parked.placed = this.#placed++
  }
}

const step = fc.oneof(
  fc.record({
    do: fc.constant('add' as const),
    key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    priority: fc.constantFrom(0, -10, -100),
    afterMs: fc.constantFrom(0, 0, 5, 10, 50),
  }),
  fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1, 5, 20) }),
  fc.record({ do: fc.constant('take' as const) }),
  fc.record({ do: fc.constant('done' as const), at: fc.nat(4) }),
)

async function takeNow(queue: WorkQueue): Promise<string | undefined> {
  const stop = new AbortController()
  const taken = queue.get(stop.signal)
  stop.abort()
  return (await taken)?.key
}

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** One step on queue and model; what each gave out. */
async function act(
  it: Step,
  clock: ManualClock,
  queue: WorkQueue,
  model: Model,
): Promise<[unknown, unknown]> {
  switch (it.do) {
    case 'add':
      return [queue.add(it.key, it), model.add(it.key, it.priority, it.afterMs)]
    case 'pass':
      return [clock.advance(it.ms), model.pass(it.ms)]
    case 'take':
      return [await takeNow(queue), model.take()]
    case 'done': {
      const key = [...model.locked][it.at % Math.max(1, model.locked.size)] ?? 'none'
      return [queue.done(key), model.done(key)]
    }
  }
}

test('the queue gives what its model gives, in the same order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 80 }), async (steps) => {
      const clock = new ManualClock()
      const queue = new WorkQueue({ clock, backoff: () => exponential({ initialMs: 1, maxMs: 1 }) })
      const model = new Model()

      for (const it of steps) {
        const [given, expected] = await act(it, clock, queue, model)

        expect(given).toBe(expected)
      }
    }),
    { numRuns: 500 },
  )
})

test('no key is ever worked on by two workers, and none is lost', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 40 }),
      fc.integer({ min: 1, max: 5 }),
      async (adds, workers) => {
        const clock = new ManualClock()
        const queue = new WorkQueue({ clock, backoff: () => exponential({ initialMs: 1, maxMs: 1 }) })
        const stop = new AbortController()
        const running = new Set<string>()
        const lastRunOf = new Map<string, number>()
        let moment = 0
        const work = async () => {
          for (let item = await queue.get(stop.signal); item; item = await queue.get(stop.signal)) {
            expect(running.has(item.key)).toBe(false)
            running.add(item.key)
            lastRunOf.set(item.key, moment++)
            await new Promise((resolve) => setImmediate(resolve))
            running.delete(item.key)
            queue.done(item.key)
          }
        }
        const pool = Array.from({ length: workers }, work)
        const lastAddOf = new Map<string, number>()
        for (const [at, key] of adds.entries()) {
          lastAddOf.set(key, moment++)
          queue.add(key)
          if (at % 3 === 0) await Promise.resolve()
        }
        for (let turn = 0; turn < 30; turn++) await settle()
        stop.abort()
        await Promise.all(pool)

        for (const [key, added] of lastAddOf) expect(lastRunOf.get(key)).toBeGreaterThan(added)
      },
    ),
    { numRuns: 50 },
  )
})
