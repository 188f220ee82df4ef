import type { Budget } from '../budget.ts'
import { FunctionError } from '../error.ts'
import { deepEqual } from '../value/equal.ts'
import { type GoString, Int, kindOf, Opaque, typeOf, type Value } from '../value/value.ts'

/** Go's `eq`: whether the first equals one of the others. Throws FunctionError where the types cannot be compared. */
export function equalsAny(first: Value, others: readonly Value[], budget: Budget): boolean {
  if (others.length === 0) throw new FunctionError('missing argument for comparison')
  return others.some((it) => equals(first, it, budget))
}

/** Go's `==` as templates have it. Throws FunctionError where the types cannot be compared. */
export function equals(first: Value, second: Value, budget: Budget): boolean {
  if (typeof first === 'string' && typeof second === 'string') return equalsText(first, second, budget)
  if (first instanceof Int && second instanceof Int) return first.value === second.value
  if (basicKindOf(first) !== basicKindOf(second)) return equalsOfDifferentKinds(first, second)
  if (first === null || second === null || basicKindOf(first) !== undefined) return areSame(first, second)
  if (!(first instanceof Opaque && second instanceof Opaque)) throw notComparable(first)
  if (first.kind !== second.kind) throw notComparable(first)
  return first.kind === 'ptr' ? first === second : deepEqual(first, second, budget)
}

function equalsText(first: GoString, second: GoString, budget: Budget): boolean {
  if (first.length !== second.length) return false
  budget.step(first.length >> 6)
  return first === second
}

function areSame(first: Value, second: Value): boolean {
  return first instanceof Opaque && second instanceof Opaque
    ? first.text() === second.text()
    : first === second
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
  if (first instanceof Int && second instanceof Int) return first.value < second.value
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
  if (value instanceof Int) return value.type.startsWith('u') ? 'uint' : 'int'
  const kind = kindOf(value)
  return kind === 'bool' || kind === 'string' || kind === 'float64' || kind === 'complex128'
    ? kind
    : undefined
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
