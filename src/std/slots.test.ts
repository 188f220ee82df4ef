import { expect, test } from 'vitest'
import { settle } from '../../test/fakes/manual-clock.ts'
import { NextRun, SharedWork } from './shared-work.ts'
import { Slots } from './slots.ts'

const signal = AbortSignal.timeout(10_000)

test('slots are never held by more than their count, and in the order of asking', async () => {
  const slots = new Slots(2)
  const order: number[] = []
  let held = 0
  let most = 0

  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      slots.run(signal, async () => {
        order.push(index)
        held += 1
        most = Math.max(most, held)
        await settle()
        held -= 1
      }),
    ),
  )

  expect(most).toBe(2)
  expect(order).toEqual(order.toSorted((a, b) => a - b))
})

test('a slot is given back after a failure, and an aborted wait takes none', async () => {
  const slots = new Slots(1)
  const abort = new AbortController()
  const gate = Promise.withResolvers<void>()
  const first = slots.run(signal, () => gate.promise)
  const waiting = slots.run(abort.signal, async () => 'never')
  const last = slots.run(signal, async () => 'last')

  abort.abort(new Error('enough'))
  gate.reject(new Error('failed'))

  const ends = await Promise.allSettled([first, waiting, last])
  expect(ends.map((it) => (it.status === 'fulfilled' ? it.value : String(it.reason)))).toEqual([
    'Error: failed',
    'Error: enough',
    'last',
  ])
})

test('shared work runs once for all who ask meanwhile, and anew after a failure', async () => {
  const work = new SharedWork<number>()
  let runs = 0
  const start = async () => {
    runs += 1
    await settle()
    if (runs === 1) throw new Error('first')
    return runs
  }

  const failed = await Promise.allSettled([work.join('a', start, signal), work.join('a', start, signal)])
  const value = await work.join('a', start, signal)

  expect(failed.map((it) => it.status)).toEqual(['rejected', 'rejected'])
  expect(value).toBe(2)
})

test('a next run begins after the question, and serves all who asked meanwhile', async () => {
  const next = new NextRun<number>()
  let runs = 0
  const start = async () => {
    runs += 1
    const mine = runs
    await settle()
    return mine
  }

  const first = next.ask(start, signal)
  await settle()
  const later = [next.ask(start, signal), next.ask(start, signal), next.ask(start, signal)]

  expect(await Promise.all([first, ...later])).toEqual([1, 2, 2, 2])
})
