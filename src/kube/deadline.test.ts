import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { ManualClock } from '../../test/fakes/manual-clock.ts'
import { withDeadline } from './deadline.ts'

/** One deadline of 1 s, and what is left of it after the work. */
function world() {
  const clock = new ManualClock()
  const owner = new AbortController()
  const { signal } = owner
  const deadline = { signal, timeoutMs: 1000, clock, timedOut: () => new Error('too late') }
  const left = () => clock.timerCount + getEventListeners(signal, 'abort').length
  return { clock, owner, deadline, left }
}

const forever = () => new Promise<never>(() => undefined)

test.each([
  { what: 'a result', work: async () => 'done', outcome: { status: 'fulfilled', value: 'done' } },
  {
    what: 'a failure',
    work: () => Promise.reject(new Error('broken')),
    outcome: { status: 'rejected', reason: new Error('broken') },
  },
  {
    what: 'a failure before the first wait',
    work: () => {
      throw new Error('broken')
    },
    outcome: { status: 'rejected', reason: new Error('broken') },
  },
])('$what of the work is given, and no timer or listener is left then', async ({ work, outcome }) => {
  const { deadline, left } = world()

  expect(await Promise.allSettled([withDeadline<string>(deadline, work)])).toEqual([outcome])
  expect(left()).toBe(0)
})

test('time ends work that does not settle, and tells it so', async () => {
  const { clock, deadline, left } = world()
  let given: AbortSignal | undefined
  const outcome = withDeadline(deadline, (signal) => {
    given = signal
    return forever()
  })

  clock.advance(1000)

  await expect(outcome).rejects.toThrow('too late')
  expect(given?.reason).toEqual(new Error('too late'))
  expect(left()).toBe(0)
})

test('the signal ends work that does not settle, with its reason', async () => {
  const { owner, deadline, left } = world()
  let given: AbortSignal | undefined
  const outcome = withDeadline(deadline, (signal) => {
    given = signal
    return forever()
  })

  owner.abort(new Error('enough'))

  await expect(outcome).rejects.toThrow('enough')
  expect(given?.reason).toEqual(new Error('enough'))
  expect(left()).toBe(0)
})

test('work that aborts the signal as it begins is ended too', async () => {
  const { owner, deadline, left } = world()

  const outcome = withDeadline(deadline, () => {
    owner.abort(new Error('enough'))
    return forever()
  })

  await expect(outcome).rejects.toThrow('enough')
  expect(left()).toBe(0)
})

test('nothing begins under a signal that was aborted before', async () => {
  const { owner, deadline, left } = world()
  let begun = 0
  owner.abort(new Error('enough'))

  const outcome = withDeadline(deadline, async () => {
    begun += 1
  })

  await expect(outcome).rejects.toThrow('enough')
  expect([begun, left()]).toEqual([0, 0])
})

test('without a time of its own the signal alone ends the work', async () => {
  const { clock, owner, deadline, left } = world()
  const { timeoutMs: _, ...timeless } = deadline
  const outcome = withDeadline(timeless, forever)
  expect(clock.timerCount).toBe(0)

  owner.abort(new Error('enough'))

  await expect(outcome).rejects.toThrow('enough')
  expect(left()).toBe(0)
})
