import { expect, test } from 'vitest'
import { failureOf, rendered } from '../../../test/fakes/template/rendered.ts'
import { Budget } from '../budget.ts'
import { search } from './regex-pattern.ts'

test('places are bytes, and bytes that are no UTF-8 are characters of their own', () => {
  const found = search('(b)|(.)', '\xff\xc3\xa9b', new Budget())

  expect([0, 1, 3].map((from) => found.find(from)).map((it) => [it?.start, it?.end])).toEqual([
    [0, 1],
    [1, 3],
    [3, 4],
  ])
})

test('a group that took no part is undefined', () => {
  const match = search('(a)|(b)', 'b', new Budget()).find(0)

  expect([match?.group(1), match?.group(2)]).toEqual([undefined, [0, 1]])
})

test('a pattern that is no UTF-8 is refused', () => {
  expect(() => search('\xff', 'a', new Budget())).toThrow('takes a pattern of UTF-8')
})

// Each is short, and each would take the time or memory of a whole machine.
const hostile: readonly (readonly [pattern: string, text: string])[] = [
  ['((a{30}){30}){30}', 'a'],
  ['[a-z]{1000}'.repeat(20), 'a'],
  ['a'.repeat(20_000), 'a'],
  ['('.repeat(4000) + ')'.repeat(4000), 'a'],
  [`${'(a|b)'.repeat(500)}c`, `${'ab'.repeat(50_000)}c`],
  ['a.*b|a', 'a'.repeat(100_000)],
]

test.each(hostile)('%.20s ends in an error soon', (pattern, text) => {
  const began = performance.now()

  expect(failureOf('{{ regexFindAll .pattern .text -1 }}', { pattern, text })).toBeDefined()
  expect(performance.now() - began).toBeLessThan(8000)
})

test('patterns that stop backtracking engines are as quick as others', () => {
  const text = 'a'.repeat(50_000)

  for (const pattern of ['^(a+)+$', '(a|aa)+$', '(a*)*b', '(.*)(.*)(.*)x'])
    expect(rendered('{{ regexMatch .pattern .text }}', { pattern, text: `${text}!` })).toBe('false')
})
