import { expect, test } from 'vitest'
import { Budget, defaultLimits } from '../budget.ts'
import { TemplateError } from '../error.ts'
import { deepEqual } from './equal.ts'
import { dict, GoMap, int, int64, list, nilIfEmpty, strings, type Value } from './value.ts'

const nan = list([Number.NaN])
const map = (entries: Record<string, Value>) => dict(new Map(Object.entries(entries)))

// What reflect.DeepEqual gives.
test.each<[a: Value, b: Value, isEqual: boolean]>([
  [null, null, true],
  [null, list([]), false],
  [int(1), int(1), true],
  [int(1), int64(1), false],
  [int(1), 1, false],
  [0, -0, true],
  [Number.NaN, Number.NaN, false],
  [nan, nan, true],
  [list([nan]), list([nan]), true],
  [list([Number.NaN]), list([Number.NaN]), false],
  ['a', 'a', true],
  ['a', 'b', false],
  [list(['a']), list(['a']), true],
  [list(['a']), list(['a', null]), false],
  [list([null, 'a']), list(['a', null]), false],
  [list(['a']), strings(['a']), false],
  [map({ a: list([int(1)]), b: null }), map({ b: null, a: list([int(1)]) }), true],
  [map({ a: null }), map({ b: null }), false],
  [map({ a: int(1) }), map({ a: int(2) }), false],
  [map({ a: 'x' }), new GoMap('map[string]string', new Map([['a', 'x']])), false],
  [nilIfEmpty(list([])), nilIfEmpty(list([])), true],
  [nilIfEmpty(list([])), list([]), false],
  [GoMap.nil('map[string]string'), GoMap.nil('map[string]string'), true],
  [GoMap.nil('map[string]interface {}'), dict(), false],
])('deepEqual() of case %# is what Go gives', (a, b, isEqual) => {
  expect(deepEqual(a, b)).toBe(isEqual)
  expect(deepEqual(b, a)).toBe(isEqual)
})

function holdingItself(): GoMap {
  const it = dict()
  it.entries.set('self', it)
  return it
}

test('values that hold themselves are compared', () => {
  expect(deepEqual(holdingItself(), holdingItself())).toBe(true)
})

test('what is nested very deep, or shared again and again, is compared', () => {
  const nested = (levels: number) => {
    let value: Value = 'x'
    for (let level = 0; level < levels; level++) value = list([value, value])
    return value
  }

  expect(deepEqual(nested(20_000), nested(20_000))).toBe(true)
})

test('a comparison takes steps', () => {
  const long = () => list(Array<Value>(100).fill('x'))
  const budget = new Budget({ ...defaultLimits, steps: 10 })

  expect(() => deepEqual(long(), long(), budget)).toThrow(TemplateError)
})
