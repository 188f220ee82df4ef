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
  isReady: boolean
}

interface Running {
  readonly group: string
  readonly sinceMs: number
}

const groups: Readonly<Record<string, string>> = { a: 'x', b: 'x', c: 'x', d: 'y', e: 'y', f: 'z' }
const places = 2
const slowMs = 500

/** The rules, written as slowly and plainly as they can be. */
class Model {
  waiting: Waiting[] = []
  running = new Map<string, Running>()
  nowMs = 0
  readonly #groupOf: (key: string) => string
  readonly #places: number
  #placed = 0
  /** Since when each group that has ready keys waits for its turn. */
  #turns = new Map<string, number>()

  constructor(groupOf: (key: string) => string, count: number) {
    this.#groupOf = groupOf
    this.#places = count
  }

  add(key: string, priority: number, afterMs: number): void {
    const old = this.waiting.find((it) => it.key === key)
    const readyAtMs = this.nowMs + afterMs
    if (old === undefined) {
      const added = { key, priority, readyAtMs, placed: 0, isReady: false }
      this.waiting.push(added)
      this.#place(added)
    } else if (priority > old.priority || readyAtMs < old.readyAtMs) {
      this.#leave(old)
      old.priority = Math.max(old.priority, priority)
      old.readyAtMs = Math.min(old.readyAtMs, readyAtMs)
      this.#place(old)
    }
  }

  pass(ms: number): void {
    this.nowMs += ms
    const due = this.waiting.filter(
      (it) => !it.isReady && it.readyAtMs <= this.nowMs && !this.running.has(it.key),
    )
    due.sort((a, b) => a.readyAtMs - b.readyAtMs || a.placed - b.placed)
    for (const it of due) this.#place(it)
  }

  take(): string | undefined {
    const ready = this.waiting.filter((it) => it.isReady && this.#mayBegin(this.#groupOf(it.key)))
    const best = Math.max(...ready.map((it) => it.priority))
    const turnOf = (it: Waiting) => this.#turns.get(this.#groupOf(it.key)) ?? 0
    const [first] = ready
      .filter((it) => it.priority === best)
      .sort((a, b) => turnOf(a) - turnOf(b) || a.placed - b.placed)
    if (first === undefined) return undefined
    const group = this.#groupOf(first.key)
    this.#turns.set(group, this.#placed++)
    this.#leave(first)
    this.waiting = this.waiting.filter((it) => it !== first)
    this.running.set(first.key, { group, sinceMs: this.nowMs })
    return first.key
  }

  done(key: string): void {
    this.running.delete(key)
    const parked = this.waiting.find((it) => it.key === key)
    if (parked !== undefined) this.#place(parked)
  }

  #mayBegin(group: string): boolean {
    const runs = [...this.running.values()]
    if (runs.length < this.#places) return true
    const quick = runs.filter((it) => this.nowMs - it.sinceMs < slowMs)
    const own = runs.filter((it) => it.group === group)
    return (
      quick.length < this.#places &&
      runs.length < 4 * this.#places &&
      own.length < Math.ceil(this.#places / 4)
    )
  }

  #place(it: Waiting): void {
    if (this.running.has(it.key)) return
    it.placed = this.#placed++
    it.isReady = it.readyAtMs <= this.nowMs
    const group = this.#groupOf(it.key)
    if (it.isReady && !this.#turns.has(group)) this.#turns.set(group, this.#placed++)
  }

  #leave(it: Waiting): void {
    it.isReady = false
    const group = this.#groupOf(it.key)
    if (!this.waiting.some((other) => other.isReady && this.#groupOf(other.key) === group))
      this.#turns.delete(group)
  }
}

const step = fc.oneof(
  fc.record({
    do: fc.constant('add' as const),
    key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    priority: fc.constantFrom(0, -10, -100),
    afterMs: fc.constantFrom(0, 0, 5, 10, 50),
  }),
  fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1, 5, 20, 300) }),
  fc.record({ do: fc.constant('take' as const) }),
  fc.record({ do: fc.constant('done' as const), at: fc.nat(5) }),
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
      const key = [...model.running.keys()][it.at % Math.max(1, model.running.size)] ?? 'none'
      return [queue.done(key), model.done(key)]
    }
  }
}

const shapes: readonly [string, (key: string) => string, number][] = [
  ['one group and no bound', () => '', Number.POSITIVE_INFINITY],
  ['one group and few places', () => '', places],
  ['groups and no bound', (key) => groups[key] ?? '', Number.POSITIVE_INFINITY],
  ['groups and few places', (key) => groups[key] ?? '', places],
]

test.each(shapes)(
  'with %s the queue gives what its model gives, in the same order',
  async (_, groupOf, count) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 80 }), async (steps) => {
        const clock = new ManualClock()
        const backoff = () => exponential({ initialMs: 1, maxMs: 1 })
        const queue = new WorkQueue({ clock, backoff, places: count, groupOf })
        const model = new Model(groupOf, count)

        for (const it of steps) {
          const [given, expected] = await act(it, clock, queue, model)

          expect(given).toBe(expected)
        }
      }),
      { numRuns: 400 },
    )
  },
)

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
