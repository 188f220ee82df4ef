import { expect, test, vi } from 'vitest'
import { ManualClock } from '../../test/fakes/manual-clock.ts'
import { failure } from '../api/reason.ts'
import { ApiError, TransportError } from '../kube/errors.ts'
import { ok } from './finding.ts'
import { Legs } from './legs.ts'

const forever = () => new Promise<never>(() => {})

function legsWith(clock = new ManualClock(), over = new AbortController()) {
  return { clock, over, legs: new Legs({ clock, timeoutMs: 10_000, signal: over.signal }) }
}

test('a leg gives a finding with what it is of and how long it took', async () => {
  const { legs, clock } = legsWith()
  const finding = await legs.run('dns', 'gw:1', () => {
    clock.advance(40)
    return Promise.resolve(ok('found'))
  })

  expect(finding).toEqual({ check: 'dns', object: 'gw:1', status: 'ok', message: 'found', durationMs: 40 })
})

test('a leg that never ends fails when its time is over, and its signal tells it', async () => {
  const { legs, clock } = legsWith()
  let given: AbortSignal | undefined
  const running = legs.run('dns', 'gw:1', (signal) => {
    given = signal
    return forever()
  })
  clock.advance(10_000)

  expect(await running).toMatchObject({ status: 'failed', message: 'no answer within 10 s' })
  expect(given?.aborted).toBe(true)
})

test('once the time of the whole is over a running leg ends and the next one does not begin', async () => {
  const { legs, over } = legsWith()
  const running = legs.run('dns', 'gw:1', forever)
  over.abort(new Error('over'))
  const next = await legs.run('tcp', 'gw:1', () => Promise.resolve(ok('never')))

  for (const it of [await running, next])
    expect(it).toMatchObject({ status: 'failed', message: expect.stringContaining('whole check') as string })
})

test.each([
  [failure('DNSFailure', 'Cannot look: no name; check it'), 'DNSFailure: Cannot look: no name', 'check it'],
  [failure('InvalidSpec', 'Cannot use it'), 'InvalidSpec: Cannot use it', 'correct the spec'],
  [
    new ApiError('Cannot get x: status is 403', { status: 403 }),
    'Cannot get x: status is 403',
    /grant the right/,
  ],
  [new TransportError('Cannot reach it', 'ECONNRESET'), 'Cannot reach it', /the network/],
  [new RangeError('secret-canary'), 'an unexpected RangeError', /report it/],
  ['secret-canary', 'an unexpected error', /report it/],
])('what is thrown is a finding, in words that are made to be shown: %s', async (error, message, remedy) => {
  const { legs } = legsWith()
  const finding = await legs.run('dns', undefined, vi.fn().mockRejectedValue(error))

  expect(finding).toMatchObject({
    status: 'failed',
    message,
    remedy: expect.stringMatching(remedy) as string,
  })
})
