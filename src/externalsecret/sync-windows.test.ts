import { expect, test } from 'vitest'
import { permittedFrom } from './sync-windows.ts'

const at = (text: string) => Date.parse(`${text}Z`)
const nightly = { schedule: '0 22 * * *', duration: '2h' }
const broken = { schedule: 'not-a-cron', duration: '2h' }
const open = '2026-06-01T22:00:00'
const inside = '2026-06-01T23:00:00'
const close = '2026-06-02T00:00:00'
const outside = '2026-06-01T20:00:00'

const permits = (kind: 'allow' | 'deny', windows: { schedule: string; duration: string }[], time: string) =>
  permittedFrom({ kind, windows }, at(time)) === at(time)

test.each([
  ['at its opening', open, true],
  ['inside', inside, true],
  ['at its close', close, true],
  ['a second past its close', '2026-06-02T00:00:01', false],
  ['an hour before it opens', '2026-06-01T21:00:00', false],
  ['between two', '2026-06-02T03:00:00', false],
  ['inside the second one', '2026-06-02T22:30:00', true],
])('a window is open %s', (_, time, isOpen) => {
  expect(permits('allow', [nightly], time)).toBe(isOpen)
  expect(permits('deny', [nightly], time)).toBe(!isOpen)
})

test.each([
  ['allow', [broken], inside, false],
  ['deny', [broken], inside, true],
  ['allow', [broken, nightly], inside, true],
  ['deny', [broken, nightly], inside, false],
  ['allow', [], outside, true],
] as const)('%s with a schedule that cannot be read, or none: %j', (kind, windows, time, permitted) => {
  expect(permits(kind, [...windows], time)).toBe(permitted)
})

test('without windows every time is permitted', () => {
  expect(permittedFrom(undefined, 5)).toBe(5)
})

test('the next time is the next opening, or the end of what denies', () => {
  expect(permittedFrom({ kind: 'allow', windows: [nightly] }, at(outside))).toBe(at(open))
  expect(permittedFrom({ kind: 'deny', windows: [nightly] }, at(inside))).toBe(at(close) + 1)
})

test('windows that follow one another deny until the last one ends', () => {
  const windows = [nightly, { schedule: '30 23 * * *', duration: '1h' }]

  expect(permittedFrom({ kind: 'deny', windows }, at(inside))).toBe(at('2026-06-02T00:30:00') + 1)
})

test('what never opens is never permitted, and what never closes is looked at again', () => {
  const never = { kind: 'allow' as const, windows: [{ schedule: '0 0 30 2 *', duration: '1h' }] }
  const always = { kind: 'deny' as const, windows: [{ schedule: '@hourly', duration: '2h' }] }

  expect(permittedFrom(never, at(inside))).toBeUndefined()
  expect(permittedFrom(always, at(inside))).toBeGreaterThan(at(inside))
})
