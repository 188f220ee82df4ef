import { expect, test } from 'vitest'
import { programSizeOf } from './regex-size.ts'

test.each([
  ['', 0],
  ['abc', 3],
  ['a{5}', 5],
  ['a{2,7}b', 8],
  ['a{3,}', 3],
  ['(ab){10}', 30],
  ['((a{10}){10}){10}', 1110],
  [String.raw`\{5}`, 3],
  ['[{9}]{4}', 4],
  [String.raw`\p{Greek}{3}`, 3],
  ['x{0}', 1],
  ['(', 0],
  [')', 1],
])('%s compiles to about %d instructions', (pattern, size) => {
  expect(programSizeOf(pattern)).toBe(size)
})
