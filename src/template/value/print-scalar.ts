import type { Budget } from '../budget.ts'
import { FunctionError } from '../error.ts'
import { ofBytes } from './bytes.ts'
import { type Directive, pad, type Spec } from './format-spec.ts'
import { type GoString, Int, Opaque, type Slice, type Value } from './value.ts'
import { showFloat } from './verb-float.ts'
import { showInteger } from './verb-integer.ts'
import { showText } from './verb-text.ts'

/** What is neither nil nor a container; undefined when the verb is not one for its type. */
export function showScalar(value: Value, { verb, spec }: Directive, budget: Budget): GoString | undefined {
  if (typeof value === 'string') return showText(value, verb, spec, budget)
  if (value instanceof Int) return showInteger(value, verb, spec, budget)
  if (typeof value === 'number') return showFloat(value, verb, spec, budget)
  if (typeof value === 'boolean')
    return verb === 't' || verb === 'v' ? pad(`${value}`, spec, budget) : undefined
  return value instanceof Opaque ? showOpaque(value, verb, spec, budget) : undefined
}

function showOpaque(value: Opaque, verb: GoString, spec: Spec, budget: Budget): GoString {
  const shown = spec.goSyntax ? undefined : showText(value.text(), verb, spec, budget)
  if (shown === undefined) throw new FunctionError(`cannot show a ${value.type} in that form`)
  return shown
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
