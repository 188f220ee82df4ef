import { any, type GoType, Opaque, typeOf, type Value } from '../value/value.ts'
import type { Result } from './result.ts'
import type { State } from './state.ts'
import { canBeNil, zeroOf } from './zero.ts'

/** A value as an argument of a type. Throws TemplateError when it is of another. */
export function assign(state: State, value: Result, type: GoType): Value {
  if (type === any || type === 'reflect.Value') return value ?? null
  if (value === undefined) return assignNothing(state, type)
  if (typeOf(value) === type || pointsTo(value, type)) return value
  const got = value === null ? any : typeOf(value)
  return state.fail(`wrong type for value; expected ${type}; got ${got}`)
}

function assignNothing(state: State, type: GoType): Value {
  return canBeNil(type) ? zeroOf(type) : state.fail(`invalid value; expected ${type}`)
}

/** A pointer stands for what it points to. */
function pointsTo(value: Value, type: GoType): boolean {
  return value instanceof Opaque && value.kind === 'ptr' && value.type === `*${type}`
}
