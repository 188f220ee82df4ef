import type { Budget } from '../budget.ts'
import { ofBytes } from './bytes.ts'
import { type Directive, pad } from './format-spec.ts'
import { type GoString, Int, integerOf, type Slice, type Value } from './value.ts'
import { showFloat } from './verb-float.ts'
import { showInteger } from './verb-integer.ts'
import { showText } from './verb-text.ts'

/** What is neither nil nor a container; undefined when the verb is not one for its type. */
export function showScalar(value: Value, { verb, spec }: Directive, budget: Budget): GoString | undefined {
  if (typeof value === 'string') return showText(value, verb, spec, budget)
  const integer = integerOf(value)
  if (integer !== undefined) return showInteger(integer, verb, spec, budget)
  if (typeof value === 'number') return showFloat(value, verb, spec, budget)
  const isTruth = typeof value === 'boolean' && (verb === 't' || verb === 'v')
  return isTruth ? pad(`${value}`, spec, budget) : undefined
}

/** Bytes under a verb for strings. */
export function showBytes(value: Slice, { verb, spec }: Directive, budget: Budget): GoString {
  return showText(textOfBytes(value, budget), verb, spec, budget) ?? ''
}

/** The bytes of a `[]uint8` as a string. */
export function textOfBytes({ items }: Slice, budget: Budget): GoString {
  budget.step(items.length)
  budget.allocate(items.length)
  return ofBytes(Uint8Array.from(items, (it) => (it instanceof Int ? Number(it.value) : 0)))
}
