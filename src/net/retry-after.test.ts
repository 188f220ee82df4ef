import { expect, test } from 'vitest'
import { retryAfterMs } from './retry-after.ts'

const nowMs = Date.parse('2026-11-21T12:00:00Z')
const dayMs = 86_400_000

test.each([
  ['120', 120_000],
  [' 5 ', 5000],
  ['999999999', dayMs],
  ['Sat, 21 Nov 2026 12:00:30 GMT', 30_000],
  ['Fri, 31 Dec 1999 23:59:59 GMT', 0],
  ['Fri, 31 Dec 9999 23:59:59 GMT', dayMs],
])('"%s" is %d ms', (header, ms) => {
  expect(retryAfterMs(header, nowMs)).toBe(ms)
})

test.each(['-5', '1.5', '+3', '0x10', '1e3', 'soon', '', '9999999999', 'NaN', '2026-11-21', undefined])(
  '"%s" says nothing',
  (header) => {
    expect(retryAfterMs(header, nowMs)).toBeUndefined()
  },
)
