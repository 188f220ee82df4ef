import { FunctionError } from '../error.ts'
import { kindOf, Slice, type Value } from '../value/value.ts'

/** The items of a list. Throws FunctionError for any other value, nil too. */
export function itemsOf(value: Value): readonly Value[] {
  if (!(value instanceof Slice)) throw new FunctionError(`takes a list, not a value of kind ${kindOf(value)}`)
  return value.items
}
