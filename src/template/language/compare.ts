import type { Budget } from '../budget.ts'
import { FunctionError } from '../error.ts'
import { deepEqual } from '../value/equal.ts'
import { type GoString, integerOf, isNil, kindOf, Opaque, typeOf, type Value } from '../value/value.ts'

/** Go's `eq`: whether the first equals one of the others. Throws FunctionError where the types cannot be compared. */
export function equalsAny(first: Value, others: readonly Value[], budget: Budget): boolean {
  if (others.length === 0) throw new FunctionError('missing argument for comparison')
  return others.some((it) => equals(first, it, budget))
}

/** Go's `==` as templates have it. Throws FunctionError where the types cannot be compared. */
export function equals(first: Value, second: Value, budget: Budget): boolean {
  if (typeof first === 'string' && typeof second === 'string') return equalsText(first, second, budget)
  const [number, other] = [integerOf(first), integerOf(second)]
  if (number !== undefined && other !== undefined) return number.value === other.value
  if (basicKindOf(first) !== basicKindOf(second)) return equalsOfDifferentKinds(first, second)
  if (basicKindOf(first) !== undefined) return first === second
  if (isComparedWithNil(first, second)) return isNil(first) === isNil(second)
  if (!(first instanceof Opaque && second instanceof Opaque)) throw notComparable(first)
  if (first.kind !== second.kind) throw notComparable(first)
  return first.kind === 'ptr' ? first === second : deepEqual(first, second, budget)
}

function equalsText(first: GoString, second: GoString, budget: Budget): boolean {
  if (first.length !== second.length) return false
  budget.step(first.length >> 6)
  return first === second
}

/** With a nil of its own kind whatever can be nil is compared, and with a nil of no type everything. */
function isComparedWithNil(first: Value, second: Value): boolean {
  if (first === null || second === null) return true
  return kindOf(first) === kindOf(second) && (isNil(first) || isNil(second))
}

function equalsOfDifferentKinds(first: Value, second: Value): boolean {
  if (first === null || second === null) return false
  throw incompatible(first, second)
}

/** Go's `<`. Throws FunctionError where the types have no order, or not the same. */
export function isLess(first: Value, second: Value, budget: Budget): boolean {
  const kind = basicKindOf(first)
  const other = basicKindOf(second)
  if (kind === undefined || other === undefined) throw unordered()
  const [left, right] = [integerOf(first), integerOf(second)]
  if (left !== undefined && right !== undefined) return left.value < right.value
  if (kind !== other) throw incompatible(first, second)
  if (typeof first === 'number' && typeof second === 'number') return first < second
  if (typeof first === 'string' && typeof second === 'string') return isLessText(first, second, budget)
  throw unordered()
}

function isLessText(first: GoString, second: GoString, budget: Budget): boolean {
  budget.step(Math.min(first.length, second.length) >> 6)
  return first < second
}

/** `<=` is less or equal, also for what is not a number. */
export function isLessOrEqual(first: Value, second: Value, budget: Budget): boolean {
  return isLess(first, second, budget) || equals(first, second, budget)
}

/** Kinds within which Go's templates compare; integers with and without sign are told apart by nothing but errors. */
function basicKindOf(value: Value): string | undefined {
  const integer = integerOf(value)
  if (integer !== undefined) return integer.type.startsWith('u') ? 'uint' : 'int'
  const kind = kindOf(value)
  return kind === 'bool' || kind === 'string' || kind === 'float64' ? kind : undefined
}

function unordered(): FunctionError {
  return new FunctionError('invalid type for comparison')
}

function incompatible(first: Value, second: Value): FunctionError {
  return new FunctionError(`incompatible types for comparison: ${typeOf(first)} and ${typeOf(second)}`)
}

function notComparable(value: Value): FunctionError {
  return new FunctionError(`non-comparable type ${typeOf(value)}`)
}
