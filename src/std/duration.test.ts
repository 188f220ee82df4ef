import { expect, test } from 'vitest'
import { parseDuration } from './duration.ts'

test.each([
  ['0', 0],
  ['1h', 3_600_000],
  ['1h0m0s', 3_600_000],
  ['1h30m', 5_400_000],
  ['1.5s', 1500],
  ['.5s', 500],
  ['250ms', 250],
  ['10us', 0.01],
  ['-1m', -60_000],
  ['+2s', 2000],
])('parseDuration(%s) is what time.ParseDuration gives', (text, ms) => {
  expect(parseDuration(text)).toBeCloseTo(ms, 9)
})

test.each(['', 's', '1', '1d', '1h ', '1 h', '.s', '1hs', 'one hour', '1e3s'])(
  'parseDuration(%j) is refused',
  (text) => {
    expect(parseDuration(text)).toBeUndefined()
  },
)
