import { expect, test } from 'vitest'
import { alternatives, drawGuesses } from './guesses.ts'

test('the same seed gives the same guesses', () => {
  expect(drawGuesses(42)).toEqual(drawGuesses(42))
})

test('every alternative of every question is drawn by some seed', () => {
  const seen = new Set<string>()
  for (let seed = 0; seed < 200; seed++) {
    for (const [name, answer] of Object.entries(drawGuesses(seed))) seen.add(`${name}=${String(answer)}`)
  }

  const all = Object.entries(alternatives).flatMap(([name, answers]) =>
    answers.map((it) => `${name}=${String(it)}`),
  )

  expect(all.filter((it) => !seen.has(it))).toEqual([])
})
