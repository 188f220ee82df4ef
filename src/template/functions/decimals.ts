import { FunctionError } from '../error.ts'
import { type Functions, fn, type GoFunction, variadic } from '../function.ts'
import { toFloat64 } from '../value/cast.ts'
import { any, type Value } from '../value/value.ts'

/** Functions that reckon with decimal numbers, so that 0.1 and 0.2 are 0.3; the result is a float again. */
export const decimalFunctions: Functions = {
  addf: variadic([], any, (_, values) => reckoned(0, values, sum)),
  add1f: fn([any], ([value]) => reckoned(value, [1], sum)),
  subf: chained((a, b) => sum(a, { ...b, digits: -b.digits })),
  mulf: chained((a, b) => ({ digits: a.digits * b.digits, exponent: a.exponent + b.exponent })),
  divf: chained(quotient),
}

/** digits * 10 ** exponent */
interface Decimal {
  readonly digits: bigint
  readonly exponent: number
}

type Operation = (a: Decimal, b: Decimal) => Decimal

function chained(operation: Operation): GoFunction {
  return variadic([any], any, ([first], others) => reckoned(first, others, operation))
}

function reckoned(first: Value, others: readonly Value[], operation: Operation): number {
  const { digits, exponent } = others.map(decimalOf).reduce(operation, decimalOf(first))
  return Number(`${digits}e${exponent}`)
}

const written = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/

/** The shortest decimal that stands for a float. */
function decimalOf(value: Value): Decimal {
  const [, sign = '', whole = '', part = '', exponent = '0'] = written.exec(`${toFloat64(value)}`) ?? []
  if (whole === '') throw new FunctionError('cannot reckon with infinity or what is no number')
  return { digits: BigInt(sign + whole + part), exponent: Number(exponent) - part.length }
}

function sum(a: Decimal, b: Decimal): Decimal {
  const exponent = Math.min(a.exponent, b.exponent)
  return { digits: scaled(a, exponent) + scaled(b, exponent), exponent }
}

function scaled({ digits, exponent }: Decimal, to: number): bigint {
  return digits * 10n ** BigInt(exponent - to)
}

/** Places after the point that a division keeps. */
const places = 16

function quotient(a: Decimal, b: Decimal): Decimal {
  if (b.digits === 0n) throw new FunctionError('divides by zero')
  const exponent = Math.min(a.exponent, b.exponent - places)
  return { digits: rounded(scaled(a, exponent), scaled(b, exponent + places)), exponent: -places }
}

/** The nearest integer to a fraction; halves go away from zero. */
function rounded(dividend: bigint, divisor: bigint): bigint {
  const whole = dividend / divisor
  const rest = dividend % divisor
  const isHalf = 2n * magnitude(rest) >= magnitude(divisor)
  if (!isHalf) return whole
  return dividend < 0n === divisor < 0n ? whole + 1n : whole - 1n
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value
}
