import fc from 'fast-check'
import { expect, test } from 'vitest'
import { objectMembers, plainText } from './json-slices.ts'

test('objectMembers() keeps the spelling of numbers that JSON.parse would round', () => {
  const members = objectMembers('{"id": 12345678901234567890, "rate": 1.0, "e":1E3}')

  expect([...(members ?? [])]).toEqual([
    ['id', '12345678901234567890'],
    ['rate', '1.0'],
    ['e', '1E3'],
  ])
})

test('objectMembers() keeps the order of names that look like integers', () => {
  const members = objectMembers('{"b":1,"2":2,"1":3}')

  expect([...(members?.keys() ?? [])]).toEqual(['b', '2', '1'])
})

test('objectMembers() is not misled by brackets, commas and quotes inside strings', () => {
  const members = objectMembers('{ "a" : "},{\\"x\\\\" , "b":{"c":[1,"]"]} }')

  expect([...(members ?? [])]).toEqual([
    ['a', '"},{\\"x\\\\"'],
    ['b', '{"c":[1,"]"]}'],
  ])
})

test.each(['[1]', '"text"', '12', 'null', 'true'])('objectMembers() gives undefined for %s', (text) => {
  expect(objectMembers(text)).toBeUndefined()
})

test('objectMembers() throws for text that is no JSON', () => {
  expect(() => objectMembers('{"a":')).toThrow(SyntaxError)
})

test('objectMembers() agrees with JSON.parse on any object, whatever its white space', () => {
  const spaces = fc.constantFrom(undefined, 1, '\t')
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), spaces, (object, space) => {
      const members = objectMembers(JSON.stringify(object, null, space)) ?? new Map<string, string>()

      const parsed = [...members].map(([name, slice]) => [name, JSON.parse(slice) as unknown] as const)
      expect(new Map(parsed)).toEqual(new Map(Object.entries(JSON.parse(JSON.stringify(object)) as object)))
    }),
  )
})

test.each([
  ['"a\\nb"', 'a\nb'],
  ['null', ''],
  ['1.0', '1.0'],
  ['{"a": 1}', '{"a": 1}'],
  ['false', 'false'],
])('plainText(%s) is what a Secret takes', (slice, text) => {
  expect(plainText(slice)).toBe(text)
})
