import { expect, test } from 'vitest'
import { seededRandom } from './seeded-random.ts'

function draws(seed: string, count: number): number[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, random)
}

test('the same seed draws the same numbers, another one others', () => {
  expect(draws('a', 5)).toEqual(draws('a', 5))
  expect(draws('a', 5)).not.toEqual(draws('b', 5))
  expect(new Set(draws('a', 100)).size).toBe(100)
})

test('the first draws of a thousand seeds are spread evenly', () => {
  const tenths = Array.from({ length: 1000 }, (_, at) => Math.floor(seededRandom(`ns/name-${at}`)() * 10))
  const sizes = Array.from({ length: 10 }, (_, tenth) => tenths.filter((it) => it === tenth).length)

  expect(Math.min(...sizes)).toBeGreaterThan(60)
  expect(Math.max(...sizes)).toBeLessThan(140)
})
