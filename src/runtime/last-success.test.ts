import { expect, test } from 'vitest'
import { ManualClock } from '../../test/fakes/manual-clock.ts'
import { LastSuccess } from './last-success.ts'

test('a success that the status puts into the future was before the first failure', () => {
  const clock = new ManualClock()
  const hourMs = 3_600_000
  const future = clock.now() + 10 * hourMs
  const successes = new LastSuccess(clock, { afterMs: () => 2 * hourMs, lastSuccessMs: () => future })
  const lastTransitionTime = new Date(clock.now()).toISOString()
  const failing = {
    type: 'LastSyncSucceeded',
    status: 'False',
    reason: 'GatewayUnreachable',
    message: '',
  } as const
  clock.advance(3 * hourMs)

  const staleAtMs = successes.staleAtMs({ metadata: { name: 'a', uid: 'u' } }, [
    { ...failing, lastTransitionTime },
  ])

  expect(staleAtMs).toBe(clock.now() - hourMs)
})
