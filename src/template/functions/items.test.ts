import { expect, test } from 'vitest'
import { dict, int, list, strings } from '../value/value.ts'
import { itemsOf } from './items.ts'

test('lists of any type have items', () => {
  expect([itemsOf(list([null])), itemsOf(strings(['a']))]).toEqual([[null], ['a']])
})

test('nothing else has', () => {
  for (const [value, kind] of [
    [null, 'invalid'],
    ['text', 'string'],
    [dict(), 'map'],
    [int(1), 'int'],
  ] as const)
    expect(() => itemsOf(value)).toThrow(`takes a list, not a value of kind ${kind}`)
})
