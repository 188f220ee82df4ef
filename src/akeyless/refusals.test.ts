import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ManualClock, settle } from '../../test/fakes/manual-clock.ts'
import { failure } from '../api/reason.ts'
import { type Attempt, Refusals } from './refusals.ts'

const account = { key: 'gw p-1', title: 'access id "p-1"' }
const signal = AbortSignal.timeout(60_000)
const fiveMinutesMs = 300_000

/** What Akeyless sees: which credentials are good, and how many refusals stand in a row. */
class Account {
  readonly good = new Set<number>()
  calls = 0
  longestRow = 0
  #row = 0
  #lastMs = -fiveMinutesMs
  readonly #clock: ManualClock

  constructor(clock: ManualClock) {
    this.#clock = clock
  }

  async login(credential: number): Promise<Attempt<number>> {
    this.calls += 1
    await Promise.resolve()
    if (this.good.has(credential)) {
      this.#row = 0
      return { refused: false, value: credential }
    }
    const now = this.#clock.monotonic()
    this.#row = now - this.#lastMs >= fiveMinutesMs ? 1 : this.#row + 1
    this.#lastMs = now
    this.longestRow = Math.max(this.longestRow, this.#row)
    return { refused: true, failure: failure('AuthFailed', `refused ${credential}`) }
  }
}

const step = fc.oneof(
  fc.record({ ask: fc.array(fc.nat(7), { minLength: 1, maxLength: 12 }) }),
  fc.record({ passMs: fc.constantFrom(1000, 5000, 10_000, 60_000, 150_000, 299_999, 300_000) }),
  fc.record({ mend: fc.nat(7) }),
  fc.record({ spoil: fc.nat(7) }),
)

test('whatever happens, no five refusals stand in a row, and a mended account heals within five minutes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.boolean(), async (steps, isGrouped) => {
      const clock = new ManualClock()
      const akeyless = new Account(clock)
      const refusals = new Refusals(clock)
      const ask = (credential: number) =>
        refusals
          .attempt(
            { ...account, ...(isGrouped && { group: `g${credential % 3}` }) },
            `c${credential}`,
            () => akeyless.login(credential),
            signal,
          )
          .then(
            () => true,
            () => false,
          )

      for (const it of steps) {
        if ('ask' in it) await Promise.all(it.ask.map(ask))
        else if ('passMs' in it) clock.advance(it.passMs)
        else if ('mend' in it) akeyless.good.add(it.mend)
        else akeyless.good.delete(it.spoil)
      }
      for (let credential = 0; credential < 8; credential++) akeyless.good.add(credential)
      clock.advance(fiveMinutesMs)
      const healed = await Promise.all(Array.from({ length: 8 }, (_, credential) => ask(credential)))

      expect(akeyless.longestRow).toBeLessThanOrEqual(4)
      expect(healed).not.toContain(false)
    }),
    { numRuns: 300 },
  )
})

test('an auth config that is wrong in fifty namespaces holds no store of another config back', async () => {
  const clock = new ManualClock()
  const akeyless = new Account(clock)
  akeyless.good.add(50)
  const refusals = new Refusals(clock)
  const ask = (credential: number) => {
    const group = credential === 50 ? 'prod' : 'prdo'
    return refusals
      .attempt({ ...account, group }, `c${credential}`, () => akeyless.login(credential), signal)
      .then(
        () => 'ok',
        (error: Error) => error.message,
      )
  }

  for (let minute = 0; minute < 60; minute++) {
    const ends = await Promise.all(Array.from({ length: 51 }, (_, credential) => ask(credential)))
    expect([minute, ends.at(-1)]).toEqual([minute, 'ok'])
    clock.advance(60_000)
  }
  expect(akeyless.longestRow).toBeLessThanOrEqual(4)
})

test('logins under way count until they end: the others wait for them', async () => {
  const refusals = new Refusals(new ManualClock())
  const gate = Promise.withResolvers<void>()
  let calls = 0
  const login = async (): Promise<Attempt<string>> => {
    calls += 1
    await gate.promise
    return { refused: false, value: 'token' }
  }

  const all = Array.from({ length: 30 }, (_, index) => refusals.attempt(account, `c${index}`, login, signal))
  await settle()
  const meanwhile = calls
  gate.resolve()

  expect(await Promise.all(all)).toHaveLength(30)
  expect([meanwhile, calls]).toEqual([4, 30])
})

test('one who waits for the logins of others may leave', async () => {
  const refusals = new Refusals(new ManualClock())
  const gate = Promise.withResolvers<never>()
  const abort = new AbortController()
  const begun = Array.from({ length: 4 }, (_, index) =>
    refusals.attempt(account, `c${index}`, () => gate.promise, signal),
  )
  const late = refusals.attempt(account, 'late', () => gate.promise, abort.signal)

  abort.abort(new Error('enough'))

  await expect(late).rejects.toThrow('enough')
  gate.reject(new Error('away'))
  const ends = await Promise.allSettled(begun)
  expect(ends.every((it) => it.status === 'rejected')).toBe(true)
})

test('a 429 that asks for a day pauses the access id for five minutes', async () => {
  const clock = new ManualClock()
  const refusals = new Refusals(clock)
  const throttled = () => Promise.reject(failure('Throttled', 'status is 429', { retryAfterMs: 86_400_000 }))
  const good = async () => ({ refused: false, value: 'token' }) as const
  await expect(refusals.attempt(account, 'c', throttled, signal)).rejects.toThrow('429')

  clock.advance(fiveMinutesMs - 1)
  await expect(refusals.attempt(account, 'c', good, signal)).rejects.toThrow('429')
  clock.advance(1)

  expect(await refusals.attempt(account, 'c', good, signal)).toBe('token')
})

test.each([
  ['refused', 'AuthFailed', 5000],
  ['throttled', 'Throttled', 7000],
] as const)('who asks while a login that was %s rests is told its cause as well', async (how, reason, ms) => {
  const refusals = new Refusals(new ManualClock())
  const cause = new Error('status is 4xx')
  const ended = failure(reason, 'Cannot log in', { cause, ...(how === 'throttled' && { retryAfterMs: ms }) })
  const login = () =>
    how === 'refused' ? Promise.resolve({ refused: true, failure: ended } as const) : Promise.reject(ended)
  const attempt = () => refusals.attempt(account, 'c', login, signal)
  await expect(attempt()).rejects.toMatchObject({ reason, cause })

  await expect(attempt()).rejects.toMatchObject({ reason, message: 'Cannot log in', retryAfterMs: ms, cause })
})
