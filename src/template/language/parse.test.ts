import { expect, test } from 'vitest'
import { errorOf, functions } from '../../../test/template/language-runner.ts'
import { functionNamesIn, parse } from './parse.ts'

test.each([
  ['{{}}', 'missing value for command', 1, 3],
  ['{{if}}a{{end}}', 'missing value for if', 1, 5],
  ['{{if .a}}a', 'unexpected EOF', 1, 11],
  ['{{if .a}}a{{else}}b{{else}}c{{end}}', 'expected end; found {{else}}', 1, 26],
  ['{{with .a}}{{else if .b}}{{end}}', 'unexpected <if> in input', 1, 19],
  ['a{{end}}', 'unexpected {{end}}', 1, 7],
  ['\n\n {{else}}', 'unexpected {{else}}', 3, 8],
  ['{{else 1}}', 'unexpected "1" in else', 1, 8],
  ['{{range .l}}{{break 1}}{{end}}', 'unexpected "1" in {{break}}', 1, 21],
  ['{{break}}', '{{break}} outside {{range}}', 1, 8],
  ['{{range .l}}{{else}}{{continue}}{{end}}', '{{continue}} outside {{range}}', 1, 31],
  ['{{range .l}}{{block "x" .}}{{break}}{{end}}{{end}}', '{{break}} outside {{range}}', 1, 35],
  ['{{range $i, 3 := .l}}{{end}}', 'range can only initialize variables', 1, 13],
  ['{{range $i, $e, $f := .l}}{{end}}', 'too many declarations in range', 1, 15],
  ['{{$a, $b := 1}}', 'too many declarations in command', 1, 5],
  ['{{$x}}', 'undefined variable "$x"', 1, 3],
  ['{{if $y := 1}}{{end}}{{$y}}', 'undefined variable "$y"', 1, 24],
  ['{{$y := 1}}{{define "x"}}{{$y}}{{end}}', 'undefined variable "$y"', 1, 28],
  ['{{nope}}', 'function "nope" not defined', 1, 3],
  ['{{constructor}}', 'function "constructor" not defined', 1, 3],
  ['{{__proto__}}', 'function "__proto__" not defined', 1, 3],
  ['{{toString}}', 'function "toString" not defined', 1, 3],
  ['{{"a".x}}', 'unexpected . after term "\\"a\\""', 1, 8],
  ['{{nil.x}}', 'unexpected . after term "nil"', 1, 8],
  ['{{.a | 1}}', 'non executable command in pipeline stage 2', 1, 9],
  ['{{.a | .}}', 'non executable command in pipeline stage 2', 1, 9],
  ['{{| .a}}', 'unexpected "|" in command', 1, 3],
  ['{{.a, .b}}', 'unexpected "," in operand', 1, 5],
  ['{{.a = 1}}', 'unexpected "=" in operand', 1, 6],
  ['{{print(1)}}', 'unexpected "(" in operand', 1, 8],
  ['{{()}}', 'missing value for parenthesized pipeline', 1, 4],
  ['{{template y}}', 'unexpected "y" in template clause', 1, 12],
  ['{{define x}}{{end}}', 'unexpected "x" in define clause', 1, 10],
  ['{{define "x" .}}{{end}}', 'unexpected <.> in define clause', 1, 14],
  ['{{define "x"}}{{else}}{{end}}', 'unexpected {{else}} in define clause', 1, 21],
  ['{{block "x"}}{{end}}', 'missing value for block clause', 1, 12],
  ['{{if true}}{{define "x"}}{{end}}{{end}}', 'unexpected <define> in command', 1, 14],
  ['{{define "x"}}1{{end}}{{define "x"}}2{{end}}', 'multiple definition of template "x"', 1, 43],
  ['{{define "t"}}inner{{end}}outer', 'multiple definition of template "t"', 1, 32],
])('%j is refused with its place', (template, message, line, column) => {
  expect(errorOf(template)).toMatchObject({ message, place: { template: 't', line, column } })
})

test('columns count bytes', () => {
  expect(errorOf('é{{$x}}').place).toEqual({ template: 't', line: 1, column: 5 })
})

test('the functions that a template calls are known by their names', () => {
  const text = '{{define "x"}}{{upper "a"}}{{end}}{{if eq (len .a) 1}}{{.b | printf "%s"}}{{end}}'

  expect(functionNamesIn(parse({ name: 't', text }, { functions }))).toEqual(
    new Set(['upper', 'eq', 'len', 'printf']),
  )
})

test('a template has a longest length', () => {
  expect(errorOf('a'.repeat(1024 * 1024 + 1)).message).toBe('the template has more than 1048576 bytes')
})
