import type { Budget } from '../budget.ts'
import { FunctionError } from '../error.ts'
import { type Functions, fn } from '../function.ts'
import type { GoString, Int } from '../value/value.ts'

/** Functions that move lines to the right, and the one that repeats. */
export const indentFunctions: Functions = {
  indent: fn(['int', 'string'], ([spaces, text], { budget }) => indented(spaces, text, budget)),
  nindent: fn(['int', 'string'], ([spaces, text], { budget }) => `\n${indented(spaces, text, budget)}`),
  repeat: fn(['int', 'string'], ([count, text], { budget }) => repeated(text, count, budget)),
}

function indented(spaces: Int, text: GoString, budget: Budget): GoString {
  const margin = repeated(' ', spaces, budget)
  budget.step(1 + (text.length >> 6))
  let lines = 1
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines++
  budget.allocate(text.length + margin.length * lines + 1)
  return margin + text.replaceAll('\n', () => `\n${margin}`)
}

function repeated(text: GoString, count: Int, budget: Budget): GoString {
  if (count.value < 0n) throw new FunctionError('cannot repeat a text a negative number of times')
  if (text === '') return ''
  budget.allocate(text.length * Number(count.value))
  return text.repeat(Number(count.value))
}
