import { type Functions, fn } from '../function.ts'
import { deepEqual } from '../value/equal.ts'
import { any, kindOf, typeOf } from '../value/value.ts'

/** Functions that ask about Go's types. */
export const reflectFunctions: Functions = {
  typeOf: fn([any], ([value]) => typeOf(value)),
  typeIs: fn(['string', any], ([type, value]) => type === typeOf(value)),
  typeIsLike: fn(['string', any], ([type, value]) => [type, `*${type}`].includes(typeOf(value))),
  kindOf: fn([any], ([value]) => kindOf(value)),
  kindIs: fn(['string', any], ([kind, value]) => kind === kindOf(value)),
  deepEqual: fn([any, any], ([a, b]) => deepEqual(a, b)),
}
