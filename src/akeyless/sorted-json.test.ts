import { expect, test } from 'vitest'
import { sortedJson } from './sorted-json.ts'

test('members stand in the order of their names, at every depth', () => {
  expect(sortedJson({ b: 1, a: [{ d: null, c: true }] })).toBe('{"a":[{"c":true,"d":null}],"b":1}')
})

test('characters that HTML minds are written by their codes, as Go does', () => {
  expect(sortedJson({ a: '<&>\u2028' })).toBe('{"a":"\\u003c\\u0026\\u003e\\u2028"}')
})

test('a member named __proto__ is a member like any other', () => {
  expect(sortedJson(JSON.parse('{"z":1,"__proto__":{"b":2}}') as object)).toBe('{"__proto__":{"b":2},"z":1}')
})
