import fc from 'fast-check'
import { formats } from './arbitrary-text.ts'
import type { Case } from './case.ts'
import { anyText } from './focus.ts'
import { oneOf } from './one-of.ts'

const operands = oneOf(
  '.a¦.b¦1¦-7¦1.5¦-0.0¦1e21¦true¦nil¦\'x\'¦(list 1 "a" nil)¦(dict "k" 1.5 "j" (list))¦(int64 9)¦' +
    '(splitList "," "a,b")¦(until 3)¦$¦(list)¦1234567.891¦9223372036854775807¦' +
    '(toDate "2006-01-02" "2024-02-29")¦(split "," "x")¦(list (list 1) (dict))¦(float64 .b)¦' +
    '(list "é" .a)¦(dict "é" .a)¦(dict "a" (list 1.5 true nil "x"))',
)
/** printf and its kin with any format and any operands. */
export const prints: fc.Arbitrary<Case> = fc
  .tuple(
    fc.constantFrom('printf', 'printf', 'printf', 'print', 'println'),
    formats,
    fc.array(operands, { maxLength: 4 }),
    anyText,
  )
  .map(([name, format, args, a]) => ({
    name: 'generated',
    template: `{{ ${name} ${JSON.stringify(format)} ${args.join(' ')} }}`,
    data: { a, b: '12' },
  }))
