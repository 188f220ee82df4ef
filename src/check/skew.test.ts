import { expect, test } from 'vitest'
import { clockVerdict } from './skew.ts'

const at = (iso: string) => Date.parse(iso)
const noon = { sentMs: at('2026-11-21T12:00:00.200Z'), receivedMs: at('2026-11-21T12:00:00.900Z') }

test.each([
  ['Sat, 21 Nov 2026 12:00:00 GMT', 'ok', 'its clock and ours differ by 0 s'],
  ['Sat, 21 Nov 2026 12:00:20 GMT', 'ok', 'its clock and ours differ by 19 s'],
  ['Sat, 21 Nov 2026 12:00:30 GMT', 'ok', 'its clock and ours differ by 29 s'],
  ['Sat, 21 Nov 2026 12:01:00 GMT', 'warn', 'our clock is 59 s behind that of the server'],
  ['Sat, 21 Nov 2026 11:50:00 GMT', 'warn', 'our clock is 599 s ahead of that of the server'],
  ['no date', 'skipped', 'the server tells no time'],
  [undefined, 'skipped', 'the server tells no time'],
])('a Date header of %s is %s', (date, status, message) => {
  expect(clockVerdict(date, noon)).toMatchObject({ status, message })
})

test('what the round trip took counts for nobody', () => {
  const slow = { sentMs: at('2026-11-21T12:00:00Z'), receivedMs: at('2026-11-21T12:02:00Z') }

  expect(clockVerdict('Sat, 21 Nov 2026 12:01:00 GMT', slow).message).toBe('its clock and ours differ by 0 s')
})
