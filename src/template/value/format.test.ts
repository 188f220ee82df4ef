import { expect, test } from 'vitest'
import { Budget, defaultLimits } from '../budget.ts'
import { TemplateError } from '../error.ts'
import { sprint, sprintf, sprintln, textOfValue } from './format.ts'
import { dict, int, list, type Value } from './value.ts'

const budget = () => new Budget()

test.each<[args: readonly Value[], printed: string, line: string]>([
  [[], '', '\n'],
  [[null], '<nil>', '<nil>\n'],
  [[int(1), int(2)], '1 2', '1 2\n'],
  [['a', 'b'], 'ab', 'a b\n'],
  [['a', int(1), int(2), 'b', true, null, 1.5], 'a1 2btrue <nil> 1.5', 'a 1 2 b true <nil> 1.5\n'],
  [[list(['a']), dict()], '[a] map[]', '[a] map[]\n'],
])('sprint() and sprintln() of case %# space their arguments as Go does', (args, printed, line) => {
  expect(sprint(args, budget())).toBe(printed)
  expect(sprintln(args, budget())).toBe(line)
})

test.each<[value: Value, text: string]>([
  ['as it \xff is', 'as it \xff is'],
  [null, '<nil>'],
  [1e6, '1e+06'],
  [list([list([]), null]), '[[] <nil>]'],
])('textOfValue() of case %# is what %%v shows', (value, text) => {
  expect(textOfValue(value, budget())).toBe(text)
})

test('a directive is read by the text, not by its result', () => {
  expect(sprintf('%s %d', ['%d', int(1)], budget())).toBe('%d 1')
})

test.each<[what: string, format: string, args: readonly Value[]]>([
  ['a width', '%9999d', [int(1)]],
  ['a width from an argument', '%*d', [int(9999), int(1)]],
  ['a precision of an integer', '%.9999d', [int(1)]],
  ['a precision of a float', '%.9999f', [1]],
  ['a precision of a code point', '%.9999U', [int(1)]],
  ['a text shown again and again', '%[1]s'.repeat(20), ['x'.repeat(200)]],
  ['a quoted text', '%q', ['x'.repeat(500)]],
  ['a text in hexadecimal', '% x', ['x'.repeat(500)]],
  ['text between directives', 'x'.repeat(1500), []],
])('%s is paid for before it is made', (_, format, args) => {
  const small = new Budget({ ...defaultLimits, allocatedBytes: 1000 })

  expect(() => sprintf(format, args, small)).toThrow(TemplateError)
})
