import { expect, test } from 'vitest'
import { parseTime, parseTtl } from './expiry.ts'

const at = Date.UTC(2026, 10, 21, 3, 4, 5)

test.each([
  '2026-11-21T03:04:05Z',
  '2026-11-21T03:04:05.123456Z',
  '2026-11-21T04:04:05+01:00',
  '2026-11-21 03:04:05 +0000 UTC',
  '2026-11-21 03:04:05.123456789 +0000 UTC',
  '2026-11-21 03:04:05',
  ' 2026-11-21T03:04:05 ',
  `${at / 1000}`,
  `${at}`,
  at / 1000,
  at,
])('%s is that time', (text) => {
  expect(parseTime(text)).toBe(at)
})

test.each([
  '',
  'soon',
  '3600',
  0,
  -1,
  3600,
  undefined,
  null,
  {},
  [],
  '2026-13-45T99:99:99Z',
  '9'.repeat(30),
  Number.NaN,
])('%s is no time', (text) => {
  expect(parseTime(text)).toBeUndefined()
})

test.each([
  [60, 60_000],
  ['60', 60_000],
  [0, undefined],
  [-5, undefined],
  ['soon', undefined],
  [undefined, undefined],
])('a ttl of %s is %s ms', (ttl, ms) => {
  expect(parseTtl(ttl)).toBe(ms)
})
