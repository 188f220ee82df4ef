import { expect, test } from 'vitest'
import { ManualClock, settle } from '../../test/fakes/manual-clock.ts'
import { TransportError } from './errors.ts'
import { type Repeat, withRetry } from './retry.ts'
import type { HttpResponse } from './transport.ts'

const answer = (status: number, headers: HttpResponse['headers'] = {}): HttpResponse => ({
  status,
  headers,
  body: '',
})
const lost = new TransportError('reset', 'ECONNRESET')
const unsent = new TransportError('refused', 'ECONNREFUSED')
const tooBig = new TransportError('big', 'UND_ERR_RES_EXCEEDED_MAX_SIZE')

/** Runs to the end within 15 s that pass at once. */
async function attempt(
  repeat: Repeat,
  outcomes: readonly (HttpResponse | Error)[],
  { timeoutMs = 60_000, signal = new AbortController().signal } = {},
) {
  const clock = new ManualClock()
  const sentAt: number[] = []
  const send = () => {
    const outcome = outcomes[Math.min(sentAt.length, outcomes.length - 1)]
    sentAt.push(clock.monotonic())
    return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome as HttpResponse)
  }
  const options = { repeat, clock, random: () => 0.5, signal, deadlineMs: timeoutMs }
  const settled = Promise.allSettled([withRetry(options, send)])
  await settle()
  for (let turn = 0; turn < 150; turn += 1) await clock.pass(100)
  const [outcome] = await settled
  const result =
    outcome.status === 'rejected'
      ? outcome.reason
      : { status: outcome.value.response.status, uncertain: outcome.value.uncertain }
  return { result: result as unknown, sentAt: sentAt.map(Math.round) }
}

test.each<[Repeat, string, HttpResponse | Error, number]>([
  ['read', '200', answer(200), 1],
  ['read', '404', answer(404), 1],
  ['read', '429', answer(429), 5],
  ['read', '500', answer(500), 5],
  ['read', '503', answer(503), 5],
  ['read', 'a lost answer', lost, 5],
  ['read', 'a refused connection', unsent, 5],
  ['read', 'an answer that is too large', tooBig, 1],
  ['repeatable', '429', answer(429), 5],
  ['repeatable', '500', answer(500), 1],
  ['repeatable', '500 with Retry-After', answer(500, { 'retry-after': '0' }), 5],
  ['repeatable', '502', answer(502), 5],
  ['repeatable', 'a lost answer', lost, 5],
  ['once', '429', answer(429), 5],
  ['once', '503 with Retry-After', answer(503, { 'retry-after': '0' }), 1],
  ['once', 'a lost answer', lost, 1],
  ['once', 'a refused connection', unsent, 5],
])('a call that may be repeated as "%s" and meets %s', async (repeat, _what, outcome, attempts) => {
  const { sentAt, result } = await attempt(repeat, [outcome])

  expect(sentAt.length).toBe(attempts)
  expect(result).toMatchObject(outcome instanceof Error ? outcome : { status: outcome.status })
})

test('withRetry() waits twice as long each time', async () => {
  const { sentAt } = await attempt('read', [answer(503)])

  const gaps = sentAt.slice(1).map((at, index) => at - (sentAt[index] ?? 0))
  expect(gaps).toEqual([100, 200, 400, 800])
})

test('withRetry() waits what Retry-After says and a little more', async () => {
  const { sentAt, result } = await attempt('once', [answer(429, { 'retry-after': '3' }), answer(201)])

  expect(sentAt[1]).toBeGreaterThanOrEqual(3000)
  expect(sentAt[1]).toBeLessThanOrEqual(3500)
  expect(result).toEqual({ status: 201, uncertain: false })
})

test('withRetry() gives the answer back when it would have to wait past the deadline', async () => {
  const { sentAt, result } = await attempt('read', [answer(429, { 'retry-after': '30' })], {
    timeoutMs: 10_000,
  })

  expect([sentAt.length, result]).toEqual([1, { status: 429, uncertain: false }])
})

test('withRetry() says when an earlier attempt may have done the work', async () => {
  const afterLost = await attempt('repeatable', [lost, answer(404)])
  const afterUnsent = await attempt('repeatable', [unsent, answer(404)])
  const after503 = await attempt('repeatable', [answer(503), answer(404)])

  expect([afterLost, afterUnsent, after503].map((it) => it.result)).toEqual([
    { status: 404, uncertain: true },
    { status: 404, uncertain: false },
    { status: 404, uncertain: true },
  ])
})

test('withRetry() ends its wait with the signal', async () => {
  const controller = new AbortController()
  const clock = new ManualClock()
  const options = { repeat: 'read', clock, random: () => 0.5, deadlineMs: 60_000 } as const
  const reason = new Error('stopped')

  const running = withRetry({ ...options, signal: controller.signal }, () => Promise.resolve(answer(503)))
  const outcome = Promise.allSettled([running])
  await settle()
  controller.abort(reason)

  expect(await outcome).toEqual([{ status: 'rejected', reason }])
  expect(clock.timerCount).toBe(0)
})
