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
    ['a number as it was written', '{"a":1.50e3}', '1.50e3'],
    ['a long number to the last digit', '{"a":12345678901234567890}', '12345678901234567890'],
    ['true as it is', '{"a":true}', 'true'],
    ['an object as it was written', '{"a":{ "b" : [1] }}', '{ "b" : [1] }'],
    ['null as nothing', '{"a":null}', ''],
    ['the last of two members of the name', '{"a":1,"a":2}', '2'],
  ])('with a property is %s', (_, text, expected) => {
    expect(value(text, 'a')).toBe(expected)
  })

  test('with a name that looks like a path is that member when there is one', () => {
    expect(value('{"a.b":"x"}', 'a.b')).toBe('x')
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
  test('come in the order written, each as its text', () => {
    expect(entries('{"b":"x","a":1,"2":null}')).toEqual([
      ['b', 'x'],
      ['a', '1'],
      ['2', ''],
    ])
  })

  test('may be those of a member', () => {
    expect(entries('{"in":{"a":"x"}}', 'in')).toEqual([['a', 'x']])
  })

  test('have what a Secret’s key may not hold replaced; an empty one is left out', () => {
    expect(entries('{"a b/c":"1","ä€":"2","😀":"3","":"4","ok-._9":"5"}')).toEqual([
      ['a_b_c', '1'],
      ['__', '2'],
      ['_', '3'],
      ['ok-._9', '5'],
    ])
  })

  test.each(['__proto__', 'constructor', 'hasOwnProperty'])('may be %s', (key) => {
    expect(entries(`{"${key}":"x"}`)).toEqual([[key, 'x']])
  })

  test('that become the same are refused by name', () => {
    const failed = failureOf(() => entries('{"a b":"canary","a/b":"canary"}'))

    expect(failed.reason).toBe('InvalidSpec')
    expect(failed.message).toContain('both become "a_b"')
  })

  test('have at most 253 characters', () => {
    const longest = 'k'.repeat(253)

    expect(entries(`{"${longest}":"x"}`)).toEqual([[longest, 'x']])
    expect(failureOf(() => entries(`{"${longest}k":"x"}`))).toMatchObject({
      reason: 'InvalidSpec',
      message: expect.stringContaining('254 characters') as string,
    })
  })

  test('are always keys that a Secret may hold', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary', maxLength: 20 }), fc.string()), (object) => {
        try {
          for (const [key] of entries(JSON.stringify(object))) expect(key).toMatch(/^[-._a-zA-Z0-9]+$/)
        } catch (error) {
          if (!(error instanceof Failure)) throw error
        }
      }),
    )
  })
})

describe('what cannot be read', () => {
  test.each([
    ['no JSON', 'canary {', 'a', 'KeyNotFound', 'is not a JSON object'],
    ['a list', '["canary"]', 'a', 'KeyNotFound', 'is not a JSON object'],
    ['a string', '"canary"', 'a', 'KeyNotFound', 'is not a JSON object'],
    ['a key that is not there', '{"b":"canary"}', 'a', 'KeyNotFound', 'has no key "a"'],
    ['a path', '{"a":{"b":"canary"}}', 'a.b', 'InvalidSpec', 'name a top-level key'],
    ['a list by index', '{"a":["canary"]}', 'a[0]', 'InvalidSpec', 'name a top-level key'],
  ])('%s: says where and what to do, and shows no value', (_, text, property, reason, words) => {
    const failed = failureOf(() => value(text, property))

    expect(failed).toMatchObject({ reason, userMustAct: true })
    expect(failed.message).toContain(path)
    expect(failed.message).toContain(words)
    expect(failed.message).not.toContain('canary')
    expect(failed.cause).toBeUndefined()
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
