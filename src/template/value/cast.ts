import type { Budget } from '../budget.ts'
import { textOfValue } from './format.ts'
import { parseFloat64, parseInt64 } from './numbers.ts'
import { textOfBytes } from './print-scalar.ts'
import { type GoString, integerOf, Slice, type Value } from './value.ts'

/** What sprig's int64 gives (spf13/cast ToInt64): 0 for what is no number, and for a uintptr. */
export function toInt64(value: Value): bigint {
  const integer = integerOf(value)
  if (integer !== undefined) return integer.type === 'uintptr' ? 0n : BigInt.asIntN(64, integer.value)
  if (typeof value === 'number') return truncated(value)
  if (typeof value === 'boolean') return value ? 1n : 0n
  return typeof value === 'string' ? (parseInt64(withoutFraction(value), 0) ?? 0n) : 0n
}

/** What sprig's int gives; Go's int has 64 bits here. */
export function toInt(value: Value): bigint {
  return toInt64(value)
}

const smallestInt64 = -(2n ** 63n)

/** As amd64 converts: what does not fit becomes the smallest int64. */
function truncated(value: number): bigint {
  const fits = value >= -(2 ** 63) && value < 2 ** 63
  return fits ? BigInt(Math.trunc(value)) : smallestInt64
}

const decimalNumber = /^([-+]?[0-9]*)\.[0-9]*$/

/** `12.9` counts as 12, and `.5` as 0; text of another form stays as it is. */
function withoutFraction(text: GoString): GoString {
  const whole = decimalNumber.exec(text)?.[1]
  if (whole === undefined) return text
  return /[0-9]/.test(whole) ? whole : '0'
}

/** What sprig's float64 gives (spf13/cast ToFloat64): 0 for what is no number. */
export function toFloat64(value: Value): number {
  const integer = integerOf(value)
  if (integer !== undefined) return integer.type === 'uintptr' ? 0 : Number(integer.value)
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  return typeof value === 'string' ? (parseFloat64(value) ?? 0) : 0
}

/** What sprig's strval gives: bytes as a string, everything else as `%v`. */
export function toText(value: Value, budget: Budget): GoString {
  if (value instanceof Slice && value.type === '[]uint8') return textOfBytes(value, budget)
  return textOfValue(value, budget)
}

/** What sprig's strslice gives: the texts of a list less its nils; of anything else a list of one, of nil none. */
export function toStrings(value: Value, budget: Budget): readonly GoString[] {
  if (value === null) return []
  if (!(value instanceof Slice)) return [toText(value, budget)]
  budget.step(value.items.length)
  return value.items.filter((it) => it !== null).map((it) => toText(it, budget))
}
