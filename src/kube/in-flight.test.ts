import { expect, test } from 'vitest'
import { settle } from '../../test/fakes/manual-clock.ts'
import { createInFlight } from './in-flight.ts'

const never = new AbortController().signal

test('run() lets no more than the limit run, and the rest in order', async () => {
  const inFlight = createInFlight(2)
  const started: number[] = []
  const gates = Array.from({ length: 5 }, () => Promise.withResolvers<void>())
  const all = Promise.allSettled(
    gates.map((gate, index) =>
      inFlight.run(never, () => {
        started.push(index)
        return gate.promise
      }),
    ),
  )

  await settle()
  expect(started).toEqual([0, 1])
  gates[1]?.reject(new Error('failed'))
  await settle()
  expect(started).toEqual([0, 1, 2])
  for (const gate of gates) gate.resolve()
  const outcomes = await all

  expect(started).toEqual([0, 1, 2, 3, 4])
  expect(outcomes.map((it) => it.status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
    'fulfilled',
  ])
})

test('who is aborted while waiting never runs and takes no place', async () => {
  const inFlight = createInFlight(1)
  const gate = Promise.withResolvers<void>()
  const controller = new AbortController()
  const reason = new Error('stopped')
  const first = inFlight.run(never, () => gate.promise)
  const second = inFlight.run(controller.signal, () => Promise.reject(new Error('ran')))
  const third = inFlight.run(never, () => Promise.resolve('third'))

  const refused = Promise.allSettled([second])
  controller.abort(reason)
  gate.resolve()

  expect(await refused).toEqual([{ status: 'rejected', reason }])
  await first
  expect(await third).toBe('third')
  await expect(inFlight.run(controller.signal, () => Promise.resolve())).rejects.toBe(reason)
  expect(await inFlight.run(never, () => Promise.resolve('fourth'))).toBe('fourth')
})
