import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Budget } from '../budget.ts'
import { FunctionError } from '../error.ts'
import { bytesOf, goString } from './bytes.ts'
import { decodeJson, encodeJson } from './json.ts'
import { dict, int, list, type Value } from './value.ts'
import { decodeYaml, decodeYamlLoosely, decodeYamlStrings, encodeYaml } from './yaml.ts'

const utf8 = (value: string) => bytesOf(value).toString('utf8')
const encode = (value: Value) => utf8(encodeYaml(value, new Budget()))
const json = (value: Value) => utf8(encodeJson(value, { escapeHtml: false, indent: '' }, new Budget()))
const decode = (yaml: string) => json(decodeYaml(goString(yaml), new Budget()))
const errorOf = (yaml: string) => decodeYamlLoosely(goString(yaml), new Budget()).entries.get('Error')

// What ESO's toYaml and fromYaml give.
describe('encodeYaml', () => {
  test.each(
    (
      '|true|yes|n|Off|null|~|1|007|0x1F|0b+1|1_000|1e3|.5|.1_000|-.inf|+1|12:30:45|2001-01-01|2001-1-1 1:2:3|' +
      '2001-12-14T21:59:43.1Z'
    ).split('|'),
  )('puts double quotes round %j, which would not be read as text', (text) => {
    expect(encode(text)).toBe(`"${text}"`)
  })

  test.each('a: b;a #b;# a;- a;-;[a;{a;&a;*a;!a;|;>;%a;@a;`a;"a";---;...; a;a ;a:;? a'.split(';'))(
    'puts single quotes round %j, which would not be read as one piece',
    (text) => {
      expect(encode(text)).toBe(`'${text}'`)
    },
  )

  test.each("plain text;1.2.3;2001-13-01;<<;=;a#b;:a;-x;?x;a:b;a, b;it's;08a;a?".split(';'))(
    'leaves %j as it is',
    (text) => {
      expect(encode(text)).toBe(text)
    },
  )

  test.each([
    ["'a'", "'''a'''"],
    ['a\tb', '"a\\tb"'],
    ['a\nb', '|-\n  a\n  b'],
    ['a\n', '|\n  a'],
    ['a\n\n', '|+\n  a\n'],
    [' a\nb', '|2-\n   a\n  b'],
    ['a \nb', '"a \\nb"'],
    ['a\nb ', '"a\\nb "'],
    ['a\r\nb', '"a\\r\\nb"'],
    ['é日\u00a0', 'é日\u00a0'],
    ['😀', '"\\U0001F600"'],
    ['\ufeffa', '"\\uFEFF\\x61"'],
    ['a\u2028b', "'a\u2028  b'"],
    ['\x07\x1b', '"\\a\\e"'],
  ])('writes %j', (text, yaml) => {
    expect(encode(goString(text))).toBe(yaml)
  })

  test.each<[Value, string]>([
    [null, 'null'],
    [true, 'true'],
    [int(7), '7'],
    [1.5, '1.5'],
    [3, '3'],
    [-0, '0'],
    [1e6, '1000000'],
    [1234567.5, '1.2345675e+06'],
    [1e21, '1e+21'],
    [1e-7, '1e-07'],
    [dict(), '{}'],
    [list([]), '[]'],
    [list([list([int(1), list([])]), dict(new Map([['a', list(['x'])]]))]), '- - 1\n  - []\n- a:\n  - x'],
  ])('writes the value %#', (value, yaml) => {
    expect(encode(value)).toBe(yaml)
  })

  test('folds lines behind column 80, but not where spaces stand together', () => {
    const words = (count: number) => 'word '.repeat(count)

    expect(encode(`${words(20)}end`)).toBe(`${words(17).trimEnd()}\n  ${words(3)}end`)
    expect(encode('word  '.repeat(20).trimEnd())).toBe('word  '.repeat(20).trimEnd())
    expect(encode(`${words(20)}"\t"`)).toBe(`"${words(17).trimEnd()}\n  ${words(3)}\\"\\t\\""`)
  })

  test('puts lists under a key no deeper than the key, and numbers in keys in their order', () => {
    const value = dict(
      new Map<string, Value>([
        ['a10', int(1)],
        ['a9', list([int(1), list([int(2)])])],
        ['_', dict(new Map([['x\ny', null]]))],
        ['k'.repeat(129), list(['v'])],
      ]),
    )

    expect(encode(value)).toBe(
      `_:\n  ? |-\n    x\n    y\n  : null\na9:\n- 1\n- - 2\na10: 1\n? ${'k'.repeat(129)}\n: - v`,
    )
  })

  test('refuses what go-yaml cannot read from the JSON in between', () => {
    expect(() => encode('\x7f')).toThrow(new FunctionError('is not YAML: control characters are not allowed'))
    expect(() => encode(Number.NaN)).toThrow(FunctionError)
  })

  test('gives what is read again as the same', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), (value) => {
        const given = decodeJson(goString(JSON.stringify(value)), new Budget())
        if (/[\x7f-\x9f\ufffe\uffff]/.test(JSON.stringify(value))) return
        expect(json(decodeYaml(encodeYaml(given, new Budget()), new Budget()))).toBe(json(given))
      }),
    )
  })
})

describe('decodeYaml', () => {
  test.each([
    ['', '{}'],
    ['# nothing', '{}'],
    ['---\n...\n', '{}'],
    ['a: 1\nb: 0x10\nc: 010\nd: 1_000\ne: 0b11\nf: 0b+1', '{"a":1,"b":16,"c":8,"d":1000,"e":3,"f":1}'],
    ['a: 1.5\nb: .5\nc: 1e3\nd: 08\ne: +1.', '{"a":1.5,"b":0.5,"c":1000,"d":8,"e":1}'],
    [
      'a: yes\nb: Off\nc: ~\nd:\ne: "1"\nf: 2001-01-01',
      '{"a":true,"b":false,"c":null,"d":null,"e":"1","f":"2001-01-01"}',
    ],
    ['a: 12:30\nb: 1e999\nc: 0o8', '{"a":"12:30","b":"1e999","c":"0o8"}'],
    ['1: a\n1.5: b\ntrue: c', '{"1":"a","1.5":"b","true":"c"}'],
    ['a: 9007199254740993', '{"a":9007199254740992}'],
    ['a: [1, {b: c}, d, ? e : f]', '{"a":[1,{"b":"c"},"d",{"e":"f"}]}'],
    ['{a, b: , "c":d}', '{"a":null,"b":null,"c":"d"}'],
    ['a:\n- 1\n- b: 2\n  c: 3\n- - 4', '{"a":[1,{"b":2,"c":3},[4]]}'],
    ['? a\n: b\n? c', '{"a":"b","c":null}'],
    ['a: |\n  x\n   y\n\nb: >-\n  x\n  y\n\n  z\n', '{"a":"x\\n y\\n","b":"x y\\nz"}'],
    ['a: |+2\n    x\n\nb: |1-\n   x\n', '{"a":"  x\\n\\n","b":"  x"}'],
    ['a: one\n  two\n\n  three # no', '{"a":"one two\\nthree"}'],
    ['a: "\\x41\\u00e9\\N\\\n  b\n  c"', '{"a":"Aé\u0085b c"}'],
    ["a: 'it''s\n\n  so'", '{"a":"it\'s\\nso"}'],
    ['a: &x {b: 1}\nc: *x\nd:\n  <<: *x\n  e: 2', '{"a":{"b":1},"c":{"b":1},"d":{"b":1,"e":2}}'],
    ['a: 1\n<<: [{a: 2, b: 3}, {b: 4}]', '{"a":2,"b":3}'],
    ['a: 1\na: 2', '{"a":2}'],
    [
      'a: !!str 1\nb: !!float 1\nc: !!binary aGk=\nd: !x 1\ne: ! 1',
      '{"a":"1","b":1,"c":"hi","d":"1","e":"1"}',
    ],
    ['%TAG !e! tag:yaml.org,2002:\n---\na: !e!str 1', '{"a":"1"}'],
    ['%YAML 1.1\n--- # c\na: 1\n---\nb: [', '{"a":1}'],
    ['\ufeffa: b\r\nc: d\r\n', '{"a":"b","c":"d"}'],
    ['__proto__: {x: 1}\nconstructor: 2', '{"__proto__":{"x":1},"constructor":2}'],
  ])('reads %j', (yaml, result) => {
    expect(decode(yaml)).toBe(result)
  })

  // The second is go-yaml's own message, whose lines lag behind.
  test.each([
    [
      'a: b: c',
      'is not YAML at line 1: mapping values are not allowed in this context',
      'mapping values are not allowed in this context',
    ],
    [
      'a: b\n c\n@',
      'is not YAML at line 3: found character that cannot start any token',
      'line 3: found character that cannot start any token',
    ],
    [
      'a: 1\nb: [1',
      "is not YAML at line 3: did not find expected ',' or ']'",
      "line 2: did not find expected ',' or ']'",
    ],
    [
      'a:\n\tb: 1',
      'is not YAML at line 2: found character that cannot start any token',
      'line 2: found character that cannot start any token',
    ],
    ['a: "x', 'is not YAML at line 1: found unexpected end of stream', 'found unexpected end of stream'],
    ['a: "\\q"', 'is not YAML at line 1: found unknown escape character', 'found unknown escape character'],
    ['a: *secret', 'is not YAML: unknown anchor referenced', "unknown anchor 'secret' referenced"],
    ['a: &a [*a]', 'is not YAML: an anchor contains itself', "anchor 'a' value contains itself"],
    [
      'a: !!int secret',
      'is not YAML: cannot decode !!str as a !!int',
      'cannot decode !!str `secret` as a !!int',
    ],
    ['a: !e!x 1', 'is not YAML at line 1: found undefined tag handle', 'found undefined tag handle'],
    ['? [secret]\n: b', 'is not YAML: invalid map key', 'invalid map key: []interface {}{"secret"}'],
    [
      '<<: secret',
      'is not YAML: map merge requires map or sequence of maps as the value',
      'map merge requires map or sequence of maps as the value',
    ],
    [
      '%YAML 1.2\n---\na: 1',
      'is not YAML at line 1: found incompatible YAML document',
      'found incompatible YAML document',
    ],
    ['a: \x07', 'is not YAML: control characters are not allowed', 'control characters are not allowed'],
  ])('refuses %j without showing it', (yaml, words, goWords) => {
    expect(() => decode(yaml)).toThrow(new FunctionError(words))
    expect(errorOf(yaml)).toBe(`error converting YAML to JSON: yaml: ${goWords}`)
  })

  test.each([
    [
      '- a',
      'the document is no map',
      'error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}',
    ],
    [
      'text',
      'the document is no map',
      'error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go value of type map[string]interface {}',
    ],
    [
      'a: .nan',
      'holds a number that is not finite',
      'error converting YAML to JSON: json: unsupported value: NaN',
    ],
    [
      '~: a',
      'holds a key that is neither text nor number',
      'error converting YAML to JSON: unsupported map key of type: %!s(<nil>), key: <nil>, value: "a"',
    ],
  ])('refuses %j, which has not the form', (yaml, words, goWords) => {
    expect(() => decode(yaml)).toThrow(new FunctionError(words))
    expect(errorOf(yaml)).toBe(goWords)
  })

  test.each([
    ['flow', `a: ${'['.repeat(100_000)}`],
    ['blocks', `a:\n ${'- '.repeat(100_000)}`],
    ['keys', '? '.repeat(100_000)],
  ])('ends nesting of %s somewhere', (_, yaml) => {
    expect(() => decode(yaml)).toThrow(new FunctionError('is nested deeper than 500 levels'))
  })

  test('takes no document that lives of its aliases', () => {
    const names = 'abcdefghi'.split('')
    const lines = names.map((it, index) => {
      const of = index === 0 ? 'x' : `*${names[index - 1]}`
      return `${it}: &${it} [${Array(9).fill(of).join(',')}]`
    })

    expect(() => decode(lines.join('\n'))).toThrow(
      new FunctionError('is not YAML: document contains excessive aliasing'),
    )
  })
})

test('decodeYamlStrings makes text of scalars, as Kubernetes does', () => {
  const strings = decodeYamlStrings('a: 1\nb: true\nc: 1.50\nd: x\ne:\n1: z', new Budget())

  expect(Object.fromEntries(strings)).toEqual({ a: '1', b: 'true', c: '1.5', d: 'x', e: '', 1: 'z' })
  expect(() => decodeYamlStrings('a: [secret]', new Budget())).toThrow(
    new FunctionError('a value of the map is no text'),
  )
  expect(() => decodeYamlStrings('- a', new Budget())).toThrow(new FunctionError('the document is no map'))
})
