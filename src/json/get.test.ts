import { expect, test } from 'vitest'
import { get } from './get.ts'
import { plainText } from './plain-text.ts'
import { jsonIn } from './text.ts'

const item = JSON.stringify({
  user: { name: 'ann', tags: ['x', 'y'] },
  'db.prod': { port: 5432 },
  hosts: [
    { name: 'a', up: true },
    { name: 'b', up: false },
    { name: 'c', up: true },
  ],
})

test.each([
  ['a key', 'user.name', 'ann'],
  ['an escaped dot', 'db\\.prod.port', '5432'],
  ['an index', 'user.tags.1', 'y'],
  ['a count', 'hosts.#', '3'],
  ['one field of every element', 'hosts.#.name', '["a","b","c"]'],
  ['the first match of a query', 'hosts.#(up==false).name', 'b'],
  ['every match of a query', 'hosts.#(up==true)#.name', '["a","c"]'],
  ['a nested query', 'hosts.#(name%"[a-b]*")#|#', '0'],
  ['a wildcard', 'us?r.n*', 'ann'],
  ['a modifier', 'user.tags.@reverse', '["y","x"]'],
  ['a modifier with an argument', 'hosts.@flatten:{"deep":true}.0.name', 'a'],
  ['a pipe', 'hosts.#.name|0', 'a'],
  ['a multipath', '{user.name,"p":db\\.prod.port}', '{"name":"ann","p":5432}'],
  ['a fixed value', '[user.name,!"x"]', '["ann","x"]'],
])('%s: %s', (_, path, expected) => {
  expect(plainText(get(jsonIn(item) ?? '', path))).toBe(expected)
})

test.each([
  ['a missing key', 'user.mail'],
  ['an index past the end', 'user.tags.2'],
  ['a key of a text', 'user.name.first'],
  ['a name that every object of JavaScript has', 'user.constructor'],
  ['its prototype', '__proto__'],
])('%s is not there', (_, path) => {
  expect(get(jsonIn(item) ?? '', path)).toBe('')
})

test('a slice is what was written: long numbers, spelling and order', () => {
  const json = '{"a": {"10": 12345678901234567890, "1": 1.50, "b": "\\u0041"}}'

  expect(get(json, 'a')).toBe('{"10": 12345678901234567890, "1": 1.50, "b": "\\u0041"}')
  expect(plainText(get(json, 'a.10'))).toBe('12345678901234567890')
})

test('objects joined with every member kept', () => {
  expect(get('[{"a":1},{"a":2,"b":3}]', '@join:{"preserve":true}')).toBe('{"a":1,"a":2,"b":3}')
})

test('a path that doubles its value again and again ends in an error', () => {
  const path = Array.from({ length: 60 }, () => '[@this,@this]').join('|')

  expect(() => get('{"a":"xxxxxxxx"}', path)).toThrow(RangeError)
})

test('a value too deep to walk ends in an error', () => {
  const deep = '['.repeat(20_000) + ']'.repeat(20_000)

  expect(() => get(deep, '@dig:a')).toThrow(RangeError)
  expect(() => get(deep, '@flatten:{"deep":true}')).toThrow(RangeError)
  expect(() => get(deep, '@pretty:{"width":1}')).toThrow(RangeError)
})

test('a pattern of many stars is matched in bounded time', () => {
  const began = performance.now()

  expect(get(`{"${'a'.repeat(5_000)}":1}`, `${'*a'.repeat(500)}*b`)).toBe('')
  expect(performance.now() - began).toBeLessThan(2_000)
})
