import fc from 'fast-check'
import { templateText } from './action.ts'
import { actions, definitions } from './arbitrary-action.ts'
import { data } from './arbitrary-data.ts'
import { calls } from './arbitrary-expression.ts'
import { focused } from './arbitrary-focus.ts'
import type { Case } from './case.ts'
import { oneOf } from './one-of.ts'

/** One expression alone: most differences between engines show here, and are short. */
const single = calls.map((value) => templateText([{ kind: 'output', value, trim: 'none' }]))

const several = fc
  .tuple(actions, definitions(actions), fc.boolean())
  .map(([body, defined, first]) => templateText(first ? [...defined, ...body] : [...body, ...defined]))

/** A slip of the pen: a few characters gone, doubled or added at some place. */
const slip = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.nat(2),
  add: oneOf(
    '¦¦{{¦}}¦-¦(¦)¦|¦"¦`¦$¦.¦ ¦end¦{{end}}¦{{else}}¦,¦=¦\'¦\n¦é¦\\¦0¦{{-¦/*¦:=¦}¦{¦ -¦*/¦1¦i¦_¦x¦' +
      ' | ¦ . ¦.a¦$x¦ nil¦\r¦\u00a0¦\u0000¦{{else if¦define',
  ),
})

interface Slip {
  readonly at: number
  readonly remove: number
  readonly add: string
}

function withSlip(text: string, { at, remove, add }: Slip): string {
  const from = Math.floor(at * text.length)
  return text.slice(0, from) + add + text.slice(from + remove)
}

/** What the parser has to refuse, or to read otherwise than it was meant. */
const slipped = fc
  .tuple(fc.oneof(single, several), fc.array(slip, { minLength: 1, maxLength: 3 }))
  .map(([text, slips]) => slips.reduce(withSlip, text).toWellFormed())

const templates = fc.oneof(
  { weight: 5, arbitrary: single },
  { weight: 4, arbitrary: several },
  { weight: 1, arbitrary: slipped },
)

const usual = fc.record({ name: fc.constant('generated'), template: templates, data })

const delimiters = fc.constantFrom<readonly [string, string]>(
  ['<<', '>>'],
  ['[[', ']]'],
  ['<%', '%>'],
  ['{', '}'],
  ['$(', ')'],
  ['é', 'ü'],
  ['|', '|'],
  ['{{{', '}}}'],
  ['(', ')'],
  ['-', '-'],
)

/** The same with other marks, some of which mean something inside an action too. */
const marked = fc.tuple(usual, delimiters).map(
  ([it, [left, right]]): Case => ({
    ...it,
    template: it.template.replaceAll('{{', left).replaceAll('}}', right),
    delimiters: [left, right],
  }),
)

/** Templates over the whole language with data that gives them something to work on. */
export const cases: fc.Arbitrary<Case> = fc.oneof(
  { weight: 18, arbitrary: usual },
  { weight: 1, arbitrary: marked },
  { weight: 12, arbitrary: focused },
)
