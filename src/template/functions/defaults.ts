import { type Functions, fn, variadic } from '../function.ts'
import { any, GoMap, integerOf, Slice, type Value } from '../value/value.ts'

/** Functions that put one value in the place of an empty one, or choose. */
export const defaultFunctions: Functions = {
  default: variadic([any], any, ([fallback], [given = null]) => (empty(given) ? fallback : given)),
  empty: fn([any], ([value]) => empty(value)),
  coalesce: variadic([], any, (_, values) => values.find((value) => !empty(value)) ?? null),
  all: variadic([], any, (_, values) => !values.some(empty)),
  any: variadic([], any, (_, values) => !values.every(empty)),
  ternary: fn([any, any, 'bool'], ([whenTrue, whenFalse, isTrue]) => (isTrue ? whenTrue : whenFalse)),
}

/** True for nil, false, 0, and whatever has the length 0. */
export function empty(value: Value): boolean {
  if (value === null || value === false || value === '' || value === 0) return true
  if (value instanceof Slice) return value.items.length === 0
  if (value instanceof GoMap) return value.entries.size === 0
  return integerOf(value)?.value === 0n
}
