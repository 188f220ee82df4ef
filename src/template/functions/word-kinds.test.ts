import { expect, test } from 'vitest'
import { wordsOf } from './word-kinds.ts'

test.each([
  ['HTTPServer2xx', ['HTTP upper', 'Server upper', '2 number', 'xx letters']],
  ['foo_bar', ['foo letters', '_ connector', 'bar letters']],
  ['a.-b', ['a letters', '.- punctuation', 'b letters']],
  ['A1', ['A upper', '1 number']],
  ['\xff\xff', ['\xff\xff invalid']],
  ['a\xff', ['a\xff letters']],
  ['', []],
])('the words of %j are told apart', (text, words) => {
  expect(wordsOf(text).map(({ text, kind }) => `${text} ${kind}`)).toEqual(words)
})

test('a long text takes no longer than many short ones', () => {
  const began = performance.now()

  expect(wordsOf('aB_'.repeat(100_000))).toHaveLength(300_000)
  expect(performance.now() - began).toBeLessThan(3000)
})
