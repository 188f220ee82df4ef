import fc from 'fast-check'
import { expect, test } from 'vitest'
import { objectIn, rawText } from './json-object.ts'

test.each<[string, [string, string][]]>([
  ['{"b":1.50,"a":[1, 2], "2" : null}', Object.entries({ b: '1.50', a: '[1, 2]' }).concat([['2', 'null']])],
  ['{"a":1,"b":2,"a":{ }}', Object.entries({ a: '{ }', b: '2' })],
  [' \n{"\\u0061":12345678901234567890}\n', [['a', '12345678901234567890']]],
  ['{"__proto__":"x"}', [['__proto__', '"x"']]],
  ['{}', []],
  ['null', []],
])('the members of %s', (text, members) => {
  expect([...(objectIn(text) ?? [])]).toEqual(members)
})

test.each(['', 'text', '"text"', '1', '[{"a":1}]', '{"a":1', '{"a":1}x', "{'a':1}"])(
  '%j is no object',
  (text) => {
    expect(objectIn(text)).toBeUndefined()
  },
)

test('every member of what JSON.stringify writes is there, in its text', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
      const members = [...(objectIn(JSON.stringify(object)) ?? [])].map(
        ([name, json]) => [name.toWellFormed(), JSON.parse(json)] as const,
      )
      const parsed = JSON.parse(JSON.stringify(object)) as Record<string, unknown>
      expect(new Map(members)).toEqual(
        new Map(Object.entries(parsed).map(([name, value]) => [name.toWellFormed(), value])),
      )
    }),
  )
})

test.each([
  ['"a\\n\\u00e9"', 'a\né'],
  ['null', ''],
  ['1.50e3', '1.50e3'],
  ['true', 'true'],
  ['{ "b" : [1] }', '{ "b" : [1] }'],
])('%s becomes %j', (json, text) => {
  expect(rawText(json)).toBe(text)
})
