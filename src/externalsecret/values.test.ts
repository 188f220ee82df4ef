import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Failure } from '../std/failure.ts'
import { entriesOf, valueOf } from './values.ts'

const path = 'spec.data[0].remoteRef'
const part = (property?: string) => ({ key: '/db', property })
const value = (text: string, property?: string) => valueOf(text, part(property), path)
const entries = (text: string, property?: string) => entriesOf(text, part(property), path)

function failureOf(attempt: () => unknown): Failure {
  try {
    attempt()
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('the value of an item', () => {
  test.each([undefined, ''])('is its whole text when property is %j', (property) => {
    expect(value('{"a": 1 }', property)).toBe('{"a": 1 }')
    expect(value('', property)).toBe('')
  })

  test.each([
    ['a string without its quotes', '{"a":"x\\ny"}', 'x\ny'],
    ['a number written out', '{"a":1.50e3}', '1500'],
    ['a long number to the last digit', '{"a":12345678901234567890}', '12345678901234567890'],
    ['true as it is', '{"a":true}', 'true'],
    ['an object as it was written', '{"a":{ "b" : [1] }}', '{ "b" : [1] }'],
    ['null as nothing', '{"a":null}', ''],
    ['the first of two members of the name', '{"a":1,"a":2}', '1'],
    ['text with a line break that JSON does not allow', '{"a":"x\ny","b":"\\t"}', 'x\ny'],
  ])('with a property is %s', (_, text, expected) => {
    expect(value(text, 'a')).toBe(expected)
  })

  test('with a name that looks like a path is that member when there is one', () => {
    expect(value('{"a.b":"x"}', 'a.b')).toBe('x')
  })

  test.each([
    ['a.b', '{"a.b":"x","a":{"b":"y"}}', 'x'],
    ['a.b', '{"a":{"b":"y"}}', 'y'],
    [String.raw`a.b\.c`, '{"a":{"b.c":"x"}}', 'x'],
    ['a.1.b', '{"a":[{"b":"x"},{"b":"y"}]}', 'y'],
    ['a.#', '{"a":[1,2,3]}', '3'],
    ['a.#.b', '{"a":[{"b":"x"},{"b":"y"}]}', '["x","y"]'],
    ['a.#(b=="y").c', '{"a":[{"b":"x","c":1},{"b":"y","c":2}]}', '2'],
    ['a*', '{"b":1,"ab":2}', '2'],
    ['a|@keys', '{"a":{"x":1,"y":2}}', '["x","y"]'],
    [String.raw`auths.registry\.io.auth`, '{"auths":{"registry.io":{"auth":"x"}}}', 'x'],
    ['0', '["x"]', 'x'],
  ])('with the path %s into %s is %s', (property, text, expected) => {
    expect(value(text, property)).toBe(expected)
  })

  test('with a path that goes beyond bounds is refused', () => {
    const doubling = `[${'@this,'.repeat(60)}@this]`

    const failed = failureOf(() => value(`{"a":"${'x'.repeat(200_000)}"}`, doubling))

    expect(failed).toMatchObject({ reason: 'InvalidSpec' })
    expect(failed.message).toContain(`${path}.property`)
  })

  test.each(['__proto__', 'constructor', 'toString'])(
    'with the property %s is an ordinary member',
    (property) => {
      expect(value(`{"${property}":"x"}`, property)).toBe('x')
      expect(failureOf(() => value('{"a":"x"}', property)).reason).toBe('KeyNotFound')
    },
  )
})

describe('the keys of an item', () => {
  test('come in the order written, each as its text, numbers as they were written', () => {
    expect(entries('{"b c":"x","a":1.50,"2":null,"d":{ "e" : [1] },"b c":"y"}')).toEqual([
      ['b c', 'y'],
      ['a', '1.50'],
      ['2', ''],
      ['d', '{ "e" : [1] }'],
    ])
  })

  test.each([
    ['a member', '{"in":{"a":"x"}}', 'in'],
    ['what a path leads to', '{"in":[{},{"a":"x"}]}', 'in.1'],
    ['a member that is JSON in a string', '{"in":"{\\"a\\":\\"x\\"}"}', 'in'],
  ])('may be those of %s', (_, text, property) => {
    expect(entries(text, property)).toEqual([['a', 'x']])
  })

  test('are none for null', () => {
    expect(entries('null')).toEqual([])
  })

  test.each(['__proto__', 'constructor', 'hasOwnProperty'])('may be %s', (key) => {
    expect(entries(`{"${key}":"x"}`)).toEqual([[key, 'x']])
  })
})

describe('what cannot be read', () => {
  test.each([
    ['no JSON', 'canary {', 'a', 'KeyNotFound', 'has nothing at property "a"'],
    ['a list', '["canary"]', 'a', 'KeyNotFound', 'has nothing at property "a"'],
    ['a key that is not there', '{"b":"canary"}', 'a', 'KeyNotFound', 'has nothing at property "a"'],
    [
      'a dot in a name below',
      '{"a":{"b.c":"canary"}}',
      'a.b.c',
      'KeyNotFound',
      'has nothing at property "a.b.c"',
    ],
    ['a path that leads nowhere', '{"a":["canary"]}', 'a.1', 'KeyNotFound', 'has nothing at property "a.1"'],
  ])('%s: says where and what to do, and shows no value', (_, text, property, reason, words) => {
    const failed = failureOf(() => value(text, property))

    expect(failed).toMatchObject({ reason, userMustAct: true })
    expect(failed.message).toContain(path)
    expect(failed.message).toContain(words)
    expect(failed.message).not.toContain('canary')
    expect(failed.cause).toBeUndefined()
  })

  test.each([
    ['canary', undefined, 'item "/db" is not a JSON object'],
    ['["canary"]', undefined, 'item "/db" is not a JSON object'],
    ['{"a":"canary"}', 'a', 'property "a" of item "/db" is not a JSON object'],
  ])('%j has no keys (property %s)', (text, property, words) => {
    const failed = failureOf(() => entries(text, property))

    expect(failed.reason).toBe('KeyNotFound')
    expect(failed.message).toContain(words)
    expect(failed.message).not.toContain('canary')
  })

  test('whatever the text is, a failure shows nothing of it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (noise) => {
        const text = `canary-7f3a${noise}`
        const failed = failureOf(() => entries(text))

        expect(failed.message).not.toContain('canary-7f3a')
        expect(failed.cause).toBeUndefined()
      }),
    )
  })
})
