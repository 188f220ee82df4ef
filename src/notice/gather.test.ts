import { expect, test } from 'vitest'
import { ManualClock } from '../../test/fakes/manual-clock.ts'
import { Gather } from './gather.ts'

test('a storm is handed on as one set, each item once', () => {
  const clock = new ManualClock()
  const handed: string[][] = []
  const gather = new Gather(clock, (items) => handed.push([...items]))
  for (let index = 0; index < 10_000; index++) gather.add(new Set([`/item-${index % 3}`]))
  clock.advance(20)

  expect(handed).toEqual([['/item-0', '/item-1', '/item-2']])
})

test('what comes later is handed on later; nothing is handed on for nothing', () => {
  const clock = new ManualClock()
  const handed: string[][] = []
  const gather = new Gather(clock, (items) => handed.push([...items]))
  gather.add(new Set())
  clock.advance(1000)
  gather.add(new Set(['/a']))
  clock.advance(20)
  gather.add(new Set(['/b']))
  clock.advance(20)
  gather.add(new Set(['/c']))
  gather.stop()
  clock.advance(1000)

  expect(handed).toEqual([['/a'], ['/b']])
})
