import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseSchedule } from './schedule.ts'

const at = (text: string) => Date.parse(`${text}:00Z`)
const nextOf = (schedule: string, from: string) => {
  const next = parseSchedule(schedule)?.next(at(from))
  return next === undefined ? undefined : new Date(next).toISOString().slice(0, 16)
}

// 2026-06-01 is a Monday.
test.each([
  ['* * * * *', '2026-06-01T10:07', '2026-06-01T10:07'],
  ['0 22 * * *', '2026-06-01T22:00', '2026-06-01T22:00'],
  ['0 22 * * *', '2026-06-01T22:01', '2026-06-02T22:00'],
  ['*/15 * * * *', '2026-06-01T10:46', '2026-06-01T11:00'],
  ['5/20 * * * *', '2026-06-01T10:26', '2026-06-01T10:45'],
  ['0 9-17/4 * * MON-FRI', '2026-06-05T17:01', '2026-06-08T09:00'],
  ['30 8 * jan,Mar 0', '2026-02-01T00:00', '2026-03-01T08:30'],
  ['0 0 13 * 5', '2026-06-01T00:00', '2026-06-05T00:00'],
  ['0 0 13 * 5', '2026-06-12T00:01', '2026-06-13T00:00'],
  ['0 0 */2 * 5', '2026-06-01T00:00', '2026-06-01T00:00'],
  ['0 0 ? * 5', '2026-06-01T00:00', '2026-06-05T00:00'],
  ['0 0 29 2 *', '2026-06-01T00:00', '2028-02-29T00:00'],
  ['0 0 31 12 *', '2026-06-01T00:00', '2026-12-31T00:00'],
  ['@yearly', '2026-06-01T00:00', '2027-01-01T00:00'],
  ['@annually', '2026-06-01T00:00', '2027-01-01T00:00'],
  ['@monthly', '2026-06-01T00:01', '2026-07-01T00:00'],
  ['@weekly', '2026-06-01T00:00', '2026-06-07T00:00'],
  ['@daily', '2026-06-01T00:01', '2026-06-02T00:00'],
  ['@midnight', '2026-06-01T00:01', '2026-06-02T00:00'],
  ['@hourly', '2026-06-01T00:01', '2026-06-01T01:00'],
  ['@every 6h', '2026-06-01T00:01', '2026-06-01T06:00'],
  ['  0   22 * *  * ', '2026-06-01T22:00', '2026-06-01T22:00'],
])('%s from %s begins at %s', (schedule, from, expected) => {
  expect(nextOf(schedule, from)).toBe(expected)
})

test.each([
  '',
  'not-a-cron',
  '* * * *',
  '* * * * * *',
  '60 * * * *',
  '* 24 * * *',
  '* * 0 * *',
  '* * 32 * *',
  '* * * 13 *',
  '* * * * 7',
  '*/0 * * * *',
  '9-5 * * * *',
  '1-2-3 * * * *',
  '1,,2 * * * *',
  '-1 * * * *',
  '* * * mon *',
  '@reboot',
  '@every',
  '@every soon',
  '@every 10ms',
  '@every -1h',
  'TZ=Asia/Tokyo 0 0 * * *',
])('"%s" is no schedule', (text) => {
  expect(parseSchedule(text)).toBeUndefined()
})

test('a day that never comes has no beginning', () => {
  expect(parseSchedule('0 0 30 2 *')?.next(at('2026-01-01T00:00'))).toBeUndefined()
})

test('a beginning is never before the time asked for, and is its own next one', () => {
  const word = fc.constantFrom('*', '*/7', '1-5', '3', '2,4', '?', '5/2')
  const from = fc.integer({ min: 0, max: at('2030-01-01T00:00') })
  fc.assert(
    fc.property(fc.tuple(word, word, word, word, word), from, (words, fromMs) => {
      const schedule = parseSchedule(words.join(' '))
      const next = schedule?.next(fromMs)
      if (next === undefined) throw new Error('these words always begin again')
      expect(next).toBeGreaterThanOrEqual(fromMs)
      expect(schedule?.next(next)).toBe(next)
    }),
  )
})

test('any text is read or refused, without an error', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(() => parseSchedule(text)?.next(0)).not.toThrow()
    }),
  )
})
