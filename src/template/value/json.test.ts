import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Budget } from '../budget.ts'
import { FunctionError } from '../error.ts'
import { bytesOf, goString } from './bytes.ts'
import { decodeJson, decodeJsonLoosely, encodeJson } from './json.ts'
import { dict, GoMap, Int, int, list, nilIfEmpty, Opaque, Slice, type Value } from './value.ts'

const compact = { escapeHtml: true, indent: '' }
const encode = (value: Value, style = compact) =>
  bytesOf(encodeJson(value, style, new Budget())).toString('utf8')
const decode = (text: string) => decodeJson(goString(text), new Budget())
const map = (entries: Readonly<Record<string, Value>>) => dict(new Map(Object.entries(entries)))

// What Go's encoding/json gives.
test.each<[string, Value, string]>([
  ['nil', null, 'null'],
  ['a boolean', true, 'true'],
  ['what HTML gives a meaning', '</a> & "', '"\\u003c/a\\u003e \\u0026 \\""'],
  ['control characters', '\b\f\n\r\t\x01\x7f\\', '"\\b\\f\\n\\r\\t\\u0001\x7f\\\\"'],
  ['separators of JavaScript', goString('\u2028\u2029'), '"\\u2028\\u2029"'],
  ['bytes that are no UTF-8', 'a\xff\xc3(', '"a\\ufffd\\ufffd("'],
  ['other characters', goString('é 日 😀'), '"é 日 😀"'],
  ['an integer beyond float64', new Int('uint64', 2n ** 64n - 1n), '18446744073709551615'],
  ['bytes', new Slice('[]uint8', [new Int('uint8', 1n), new Int('uint8', 255n)]), '"Af8="'],
  [
    'keys in the order of bytes',
    map({ b: 1, a: 2, B: 3, a10: 4, a2: 5 }),
    '{"B":3,"a":2,"a10":4,"a2":5,"b":1}',
  ],
  ['nil lists and maps', list([nilIfEmpty(list([])), GoMap.nil('map[string]string')]), '[null,null]'],
  ['lists and maps', list([map({}), list([]), list([int(1), null])]), '[{},[],[1,null]]'],
])('encodeJson writes %s', (_, value, text) => {
  expect(encode(value)).toBe(text)
})

test.each([
  [1e20, '100000000000000000000'],
  [1e21, '1e+21'],
  [1e-6, '0.000001'],
  [1e-7, '1e-7'],
  [-0, '-0'],
  [0.1, '0.1'],
  [123456789.125, '123456789.125'],
])('encodeJson writes the number %d', (value, text) => {
  expect(encode(value)).toBe(text)
})

test('encodeJson indents, and leaves HTML as it is where asked to', () => {
  const value = map({ a: list([int(1), map({ b: '<' })]), c: map({}), d: list([]) })

  expect(encode(value, { escapeHtml: false, indent: '  ' })).toBe(
    '{\n  "a": [\n    1,\n    {\n      "b": "<"\n    }\n  ],\n  "c": {},\n  "d": []\n}',
  )
})

class Nameless extends Opaque {
  readonly type = 'x.Y'
  readonly kind = 'struct'
  override text(): string {
    return 'secret'
  }
}

const selfHolding = dict()
selfHolding.entries.set('self', selfHolding)

test.each<[string, Value, string]>([
  ['a number that is not finite', Number.NaN, 'a number that is not finite has no form in JSON'],
  ['a map that holds itself', selfHolding, 'is nested deeper than 500 levels'],
  ['a type without a form', new Nameless(), 'x.Y has no form in JSON'],
])('encodeJson refuses %s', (_, value, words) => {
  expect(() => encode(value)).toThrow(new FunctionError(words))
})

test.each([
  ['{"a": {"b": [1, "x", null, true, false]}}', '{"a":{"b":[1,"x",null,true,false]}}'],
  [' \t\r\n12 ', '12'],
  ['"\\u00e9\\ud83d\\ude00\\ud800\\/\\ud83dx\\ude00"', '"é😀\ufffd/\ufffdx\ufffd"'],
  ['{"a":1,"a":2}', '{"a":2}'],
  ['[-0, 1E2, 1.5e-3, 123456789012345678901]', '[-0,100,0.0015,123456789012345680000]'],
  ['{"__proto__":{"x":1},"constructor":2}', '{"__proto__":{"x":1},"constructor":2}'],
  ['{}', '{}'],
])('decodeJson reads %s', (text, again) => {
  expect(encode(decode(text))).toBe(again)
})

test('decodeJson makes every number float64 and gives maps of Go', () => {
  const value = decode('{"n":3}')

  expect(value).toEqual(new GoMap('map[string]interface {}', new Map([['n', 3]])))
})

test('decodeJson replaces bytes that are no UTF-8', () => {
  expect(decodeJson('"a\xff\xe2\x82"', new Budget())).toBe(goString('a\ufffd\ufffd\ufffd'))
})

test.each([
  ['', 'at its end'],
  ['nul', 'at byte 0'],
  ['{"a":1,}', 'at byte 7'],
  ['[1,]', 'at byte 3'],
  ['{a:1}', 'at byte 1'],
  ['01', 'at byte 1'],
  ['1.', 'at byte 1'],
  ['.5', 'at byte 0'],
  ['"\t"', 'at byte 1'],
  ['"\\x41"', 'at byte 2'],
  ['"\\u12g4"', 'at byte 2'],
  ['true false', 'at byte 5'],
  ['[1 2]', 'at byte 3'],
  ['"abc', 'at its end'],
  ['{"a"', 'at its end'],
  ['\v1', 'at byte 0'],
])('decodeJson refuses %j and says no more than where', (text, place) => {
  expect(() => decode(text)).toThrow(new FunctionError(`is not JSON ${place}`))
  expect(decodeJsonLoosely(text, new Budget())).toBeNull()
})

test('a number beyond float64 is refused, and nil where that passes', () => {
  expect(() => decode('[1e999,2]')).toThrow(new FunctionError('holds a number beyond float64'))
  expect(decodeJsonLoosely('[1e999,2]', new Budget())).toEqual(list([null, 2]))
})

test('nesting ends somewhere', () => {
  for (const text of ['['.repeat(100_000), '{"a":'.repeat(100_000)]) {
    expect(() => decode(text)).toThrow(new FunctionError('is nested deeper than 500 levels'))
  }
})

test('what was written is read again, and JavaScript reads the same', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = encode(decode(JSON.stringify(value)))
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
      expect(encode(decode(text))).toBe(text)
    }),
  )
})
