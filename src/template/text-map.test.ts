import { describe, expect, test } from 'vitest'
import { TemplateError } from './error.ts'
import { textMapOf } from './text-map.ts'

const mapped = (yaml: string) =>
  Object.fromEntries(
    [...textMapOf(Buffer.from(yaml))].map(([key, bytes]) => [key, Buffer.from(bytes).toString('latin1')]),
  )

describe('a YAML map of texts', () => {
  test.each([
    ['plain: text', { plain: 'text' }],
    ['a: "q\\n"\nb: \'s\'', { a: 'q\n', b: 's' }],
    ['a: |\n  one\n  two\n', { a: 'one\ntwo\n' }],
    ['{a: 1, "b": 2}', { a: '1', b: '2' }],
    ['a: x\na: z', { a: 'z' }],
    ['a: &x text\nb: *x', { a: 'text', b: 'text' }],
    ['a: !!binary aGk=', { a: 'hi' }],
    ['a: !!str 012', { a: '012' }],
    ['5432: x\non: z', { '5432': 'x', true: 'z' }],
    ['a:\nb: ~\nc: null\nd: ""', { a: '', b: '', c: '', d: '' }],
    ['', {}],
    ['# nothing', {}],
    ['null', {}],
  ])('%j', (yaml, expected) => {
    expect(mapped(yaml)).toEqual(expected)
  })

  test.each([
    ['5432', '5432'],
    ['0777', '511'],
    ['0o17', '15'],
    ['0x1F', '31'],
    ['0b11', '3'],
    ['1_000', '1000'],
    ['-0', '0'],
    ['18446744073709551615', '18446744073709551615'],
    ['99999999999999999999', '1e+20'],
    ['1.10', '1.1'],
    ['1e3', '1000'],
    ['1000000.0', '1e+06'],
    ['3.14159265358979', '3.1415927'],
    ['.5', '0.5'],
    ['yes', 'true'],
    ['Off', 'false'],
    ['n', 'false'],
    ['2026-01-02', '2026-01-02'],
    ['10:30', '10:30'],
    ['1.2.3', '1.2.3'],
    ['0x', '0x'],
    ['-', '-'],
    ['"5432"', '5432'],
    ["'yes'", 'yes'],
  ])('takes %s for %s, as ESO does', (plain, text) => {
    const yaml = plain === '-' ? 'a: "-"' : `a: ${plain}`

    expect(mapped(yaml)).toEqual({ a: text })
  })

  test('has a key named __proto__ like any other', () => {
    expect([...textMapOf(Buffer.from('__proto__: x'))]).toEqual([['__proto__', Buffer.from('x')]])
  })
})

describe('what is no such map is refused, and not shown', () => {
  test.each([
    ['ok: x\ncanary', 'is not YAML at line'],
    ['- canary', 'no map'],
    ['canary', 'no map'],
    ['a: x\nb:\n  canary: x', ''],
    ['a: [canary]', ''],
    ['"canary', 'is not YAML'],
    ['~: canary', ''],
    ['? {canary: x}\n: y', ''],
    ['a: *canary', ''],
  ])('%j', (yaml, words) => {
    expect(() => textMapOf(Buffer.from(yaml))).toThrow(TemplateError)
    expect(() => textMapOf(Buffer.from(yaml))).toThrow(words)
    expect(() => textMapOf(Buffer.from(yaml))).not.toThrow('canary')
  })

  test('bytes that are no UTF-8', () => {
    expect(() => textMapOf(Uint8Array.of(0x61, 0x3a, 0x20, 0xff))).toThrow(TemplateError)
  })
})
