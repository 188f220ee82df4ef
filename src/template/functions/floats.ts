import { type Functions, fn, variadic } from '../function.ts'
import { toFloat64 } from '../value/cast.ts'
import { any } from '../value/value.ts'

/** Functions on floating-point numbers. */
export const floatFunctions: Functions = {
  maxf: variadic([any], any, ([first], others) => others.map(toFloat64).reduce(max, toFloat64(first))),
  minf: variadic([any], any, ([first], others) => others.map(toFloat64).reduce(min, toFloat64(first))),
  ceil: fn([any], ([value]) => Math.ceil(toFloat64(value))),
  floor: fn([any], ([value]) => Math.floor(toFloat64(value))),
  round: variadic([any, 'int'], 'float64', ([value, places], [roundOn = 0.5]) =>
    round(toFloat64(value), Number(places.value), roundOn),
  ),
}

/** As Go: infinity wins over what is not a number. */
function max(a: number, b: number): number {
  return a === Infinity || b === Infinity ? Infinity : Math.max(a, b)
}

function min(a: number, b: number): number {
  return a === -Infinity || b === -Infinity ? -Infinity : Math.min(a, b)
}

/** Up where the part after the last kept place is `roundOn` or more, else down; so -2.5 becomes -3. */
function round(value: number, places: number, roundOn: number): number {
  const power = powerOfTen(places)
  const scaled = power * value
  const fraction = scaled - Math.trunc(scaled)
  return (fraction >= roundOn ? Math.ceil(scaled) : Math.floor(scaled)) / power
}

/** Go's math.Pow(10, n): by squaring, so that it errs in the last bit where Go errs. */
function powerOfTen(exponent: number): number {
  let result = 1
  let square = 10
  for (let left = Math.min(Math.abs(exponent), 1024); left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result *= square
    square *= square
  }
  return exponent < 0 ? 1 / result : result
}
