import { FunctionError } from '../error.ts'
import { type Functions, fn, variadic } from '../function.ts'
import { toFloat64, toInt, toInt64 } from '../value/cast.ts'
import { any, int, int64, type Value } from '../value/value.ts'

const max = variadic([any], any, ([first], others) =>
  int64(others.map(toInt64).reduce((a, b) => (b > a ? b : a), toInt64(first))),
)

/** Functions on integers; they wrap round at 64 bits, as Go's do. */
export const mathFunctions: Functions = {
  add: variadic([], any, (_, values) => int64(values.map(toInt64).reduce((a, b) => a + b, 0n))),
  add1: fn([any], ([value]) => int64(toInt64(value) + 1n)),
  sub: fn([any, any], ([a, b]) => int64(toInt64(a) - toInt64(b))),
  mul: variadic([any], any, ([first], others) =>
    int64(others.map(toInt64).reduce((a, b) => BigInt.asIntN(64, a * b), toInt64(first))),
  ),
  div: fn([any, any], ([a, b]) => int64(toInt64(a) / divisorOf(b))),
  mod: fn([any, any], ([a, b]) => int64(toInt64(a) % divisorOf(b))),
  max,
  biggest: max,
  min: variadic([any], any, ([first], others) =>
    int64(others.map(toInt64).reduce((a, b) => (b < a ? b : a), toInt64(first))),
  ),
  int: fn([any], ([value]) => int(toInt(value))),
  int64: fn([any], ([value]) => int64(toInt64(value))),
  float64: fn([any], ([value]) => toFloat64(value)),
}

function divisorOf(value: Value): bigint {
  const divisor = toInt64(value)
  if (divisor === 0n) throw new FunctionError('divides an integer by zero')
  return divisor
}
