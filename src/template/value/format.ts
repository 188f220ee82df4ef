import type { Budget } from '../budget.ts'
import { DirectiveReader, type Step } from './format-directive.ts'
import { plainly } from './format-spec.ts'
import { showArgument } from './print-value.ts'
import { type GoString, typeOf, type Value } from './value.ts'

/** Go's fmt.Sprintf. Faults of the format show in the result, as in Go; what cannot be shown is a FunctionError. */
export function sprintf(format: GoString, args: readonly Value[], budget: Budget): GoString {
  budget.step(format.length >> 6)
  const reader = new DirectiveReader(format, args)
  let text = literalText(reader, budget)
  for (let step = reader.next(); step !== undefined; step = reader.next()) {
    budget.step()
    text += step.complaint + showStep(step, args, budget) + literalText(reader, budget)
  }
  return text + showExtra(reader.leftOver(), budget)
}

function literalText(reader: DirectiveReader, budget: Budget): GoString {
  const text = reader.literal()
  budget.allocate(text.length)
  return text
}

function showStep({ directive, argument }: Step, args: readonly Value[], budget: Budget): GoString {
  if (directive === undefined) return '%!(NOVERB)'
  if (directive.verb === '%') return '%'
  if (argument === 'bad') return `%!${directive.verb}(BADINDEX)`
  const value = args[argument]
  return value === undefined ? `%!${directive.verb}(MISSING)` : showArgument(value, directive, budget)
}

/** Arguments that no directive took. */
function showExtra(args: readonly Value[], budget: Budget): GoString {
  if (args.length === 0) return ''
  const shown = args.map((it) =>
    it === null ? '<nil>' : `${typeOf(it)}=${showArgument(it, plainly, budget)}`,
  )
  return `%!(EXTRA ${shown.join(', ')})`
}

/** Go's fmt.Sprint: a space only between two arguments of which neither is a string. */
export function sprint(args: readonly Value[], budget: Budget): GoString {
  budget.step(args.length)
  let text = ''
  for (const [index, arg] of args.entries()) {
    const isApart = index > 0 && typeof arg !== 'string' && typeof args[index - 1] !== 'string'
    text += (isApart ? ' ' : '') + showArgument(arg, plainly, budget)
  }
  return text
}

/** Go's fmt.Sprintln: a space between all arguments and a line feed at the end. */
export function sprintln(args: readonly Value[], budget: Budget): GoString {
  budget.step(args.length)
  return `${args.map((it) => showArgument(it, plainly, budget)).join(' ')}\n`
}

/** A value as `%v` shows it: what an action of a template writes. */
export function textOfValue(value: Value, budget: Budget): GoString {
  return typeof value === 'string' ? value : showArgument(value, plainly, budget)
}
