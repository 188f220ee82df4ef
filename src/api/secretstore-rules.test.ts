import { expect, test } from 'vitest'
import { SecretStoreSpec } from './secretstore.ts'
import { refreshIntervalMs, secretStoreViolations } from './secretstore-rules.ts'

const specOf = (rest: object) => SecretStoreSpec.parse({ provider: { fake: { data: [] } }, ...rest })

test('secretStoreViolations() finds nothing in a good spec', () => {
  expect(secretStoreViolations(specOf({}))).toEqual([])
})

test.each([
  [{ provider: {} }, 'must hold exactly one provider, not 0'],
  [{ provider: { fake: { data: [] }, vault: {} } }, 'must hold exactly one provider, not 2'],
])('secretStoreViolations() wants exactly one provider: %j', (rest, message) => {
  expect(secretStoreViolations(specOf(rest))).toEqual([{ path: 'spec.provider', message }])
})

test.each([['300'], ['-5m'], [-1], ['five'], ['5 m']])(
  'secretStoreViolations() refuses the refreshInterval %j',
  (refreshInterval) => {
    expect(secretStoreViolations(specOf({ refreshInterval }))).toEqual([
      {
        path: 'spec.refreshInterval',
        message: 'must be a duration such as 90s, 15m or 1h30m, or a whole number of seconds',
      },
    ])
  },
)

test.each([
  [{ refreshInterval: 300 }, 300_000],
  [{ refreshInterval: '5m' }, 300_000],
  [{ refreshInterval: '0s' }, 0],
  [{ refreshInterval: '' }, 0],
  [{}, 0],
])('refreshIntervalMs() of %j is %d', (rest, ms) => {
  expect(refreshIntervalMs(specOf(rest))).toBe(ms)
})
