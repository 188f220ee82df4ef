import { expect, test } from 'vitest'
import { goPattern } from './go-pattern.ts'

test.each([
  ['', '/shop/db', true],
  ['db', '/shop/db', true],
  ['^db', '/shop/db', false],
  ['^/shop/(db|api)$', '/shop/api', true],
  ['(?i)DB$', '/shop/db', true],
  [String.raw`\pL+é`, '/shop/clé', true],
  ['.', '', false],
])('%j finds %j: %s', (pattern, text, expected) => {
  expect(goPattern(pattern)?.(text)).toBe(expected)
})

test.each(['(', '[z-a]', String.raw`(a)\1`, '(?=a)', 'a{2000}'])('%j is no pattern of Go', (pattern) => {
  expect(goPattern(pattern)).toBeUndefined()
})

test('a pattern that makes other engines hang ends', () => {
  expect(goPattern('^(a+)+$')?.(`${'a'.repeat(5000)}b`)).toBe(false)
})
