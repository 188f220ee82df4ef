import { expect, test } from 'vitest'
import { ApiError, TransportError } from './errors.ts'
import { type Attempt, judge } from './watch-failure.ts'

const watching: Attempt = { listing: 'done', serverErrors: 0 }
const refused = (status: number, retryAfterMs?: number) =>
  new ApiError('Cannot watch', { status, retryAfterMs })
const broken = (code: string) => new TransportError('Cannot watch', code)

test.each([
  [410, true, undefined],
  [404, true, 'absent'],
  [429, false, 'broken'],
  [401, false, 'broken'],
  [403, false, 'broken'],
  [500, false, 'broken'],
  [504, false, 'broken'],
])('status %i: a list is %s, the state %s', (status, relist, state) => {
  expect(judge(refused(status), watching)).toMatchObject({ cause: `${status}`, relist, state, page: false })
})

test('a server that fails five times in a row is asked for the whole state', () => {
  let serverErrors = 0
  const relists = Array.from({ length: 6 }, () => {
    const verdict = judge(refused(500), { ...watching, serverErrors })
    serverErrors = verdict.serverErrors
    return verdict.relist
  })

  expect(relists).toEqual([false, false, false, false, true, false])
})

test('a Retry-After is honoured up to a minute', () => {
  expect(judge(refused(429, 3000), watching).retryAfterMs).toBe(3000)
  expect(judge(refused(429, 86_400_000), watching).retryAfterMs).toBe(60_000)
})

test.each([400, 422])(
  'WatchList that is refused with %i is given up, a watch that is refused so is not',
  (status) => {
    expect(judge(refused(status), { ...watching, listing: 'streamed' }).page).toBe(true)
    expect(judge(refused(status), watching).page).toBe(false)
  },
)

test('a WatchList that falls silent is given up for pages', () => {
  expect(judge(broken('SILENT'), { ...watching, listing: 'streamed' }).page).toBe(true)
  expect(judge(broken('ECONNRESET'), { ...watching, listing: 'streamed' }).page).toBe(false)
})

test('whatever else is thrown is a defect, and the watch goes on', () => {
  expect(judge(new TypeError('x is undefined'), watching)).toMatchObject({ cause: 'DEFECT', state: 'broken' })
})
