import { describe, expect, test } from 'vitest'
import { errorOf, functions, render, values } from '../../../test/template/language-runner.ts'
import { Budget } from '../budget.ts'
import { parse } from './parse.ts'
import { run } from './run.ts'

test.each([
  ['plain', 'plain'],
  ['{{.word}} {{.five}} {{.half}} {{.yes}} {{.nil}}', 'bee 5 0.5 true <no value>'],
  ['{{.words}} {{.texts}} {{.list}}', '[s1 s2] map[x:1 y:2] [p q 3 <nil>]'],
  [
    '{{.deep.er.est}} {{(.deep.er).est}} {{(index .deep "er").est}} {{$.deep.er.est}}',
    'bottom bottom bottom bottom',
  ],
  ['{{.word | upper | printf "%q"}}', '"BEE"'],
  ['{{printf "%s-%s" .word (upper .word)}}', 'bee-BEE'],
  ['{{.word|}}', 'bee'],
  ['{{(.word)}} {{((1))}}', 'bee 1'],
])('%j gives a value', (template, result) => {
  expect(render(template)).toBe(result)
})

test.each([
  ['{{$x := .word}}{{$x}}{{$x = 2}}{{$x}}', 'bee2'],
  ['{{$x := 1}}{{if true}}{{$x = 2}}{{end}}{{$x}}', '2'],
  ['{{$x := 1}}{{if true}}{{$x := 2}}{{$x}}{{end}}{{$x}}', '21'],
  ['{{$x := 1}}{{$x := 2}}{{$x}}', '2'],
  ['{{if $y := 3}}{{$y}}{{end}}{{if $y := 0}}{{else}}e{{$y}}{{end}}', '3e0'],
  ['{{with $x := .word}}{{$x}}{{.}}{{$.five}}{{end}}', 'beebee5'],
  ['{{(and true ($q := 5))}}{{$q}}', '55'],
  ['{{$é := 1}}{{$é}}', '1'],
  ['{{$x:=1}}{{$x}}', '1'],
])('variables in %j live as long as their block', (template, result) => {
  expect(render(template)).toBe(result)
})

test.each([
  ['{{if .empty}}a{{else if .zero}}b{{else if .none}}c{{else}}d{{end}}', 'd'],
  ['{{if .nil}}a{{end}}{{if .half}}b{{end}}{{if .list}}c{{end}}{{if .map}}d{{end}}', 'bcd'],
  ['{{with .empty}}a{{else with .word}}{{.}}{{else}}c{{end}}', 'bee'],
  ['{{with nothing}}a{{else}}b{{end}}', 'b'],
  ['{{if and .yes (or .empty .word) (not .zero)}}ok{{end}}', 'ok'],
  ['{{if .zero}}{{.not.there}}{{end}}ok', 'ok'],
])('%j takes one branch', (template, result) => {
  expect(render(template)).toBe(result)
})

describe('range', () => {
  test.each([
    ['{{range .list}}{{.}},{{end}}', 'p,q,3,<no value>,'],
    ['{{range $i, $e := .words}}{{$i}}={{$e}};{{end}}', '0=s1;1=s2;'],
    ['{{range $e := .words}}{{$e}};{{end}}', 's1;s2;'],
    ['{{range $k, $v := .map}}{{$k}}={{$v}};{{end}}', 'k1=v1;k2=v2;nil=<no value>;'],
    ['{{range .texts}}{{.}}{{end}}', '12'],
    ['{{range .five}}{{.}}{{end}} {{range $x := 2}}{{$x}}{{end}}', '01234 01'],
    ['{{range int8 3}}{{typeOf .}} {{end}}', 'int8 int8 int8 '],
    [
      '{{range -3}}a{{else}}none{{end}}{{range .nil}}{{else}}nil{{end}}{{range .none}}{{else}}{{.word}}{{end}}',
      'nonenilbee',
    ],
    ['{{$i := 0}}{{$e := 0}}{{range $i, $e = .words}}{{end}}{{$i}}{{$e}}', '1s2'],
    ['{{$e := 0}}{{range $e = .words}}{{end}}{{$e}}', 's2'],
    [
      '{{range $i, $e := .list}}{{if eq $i 1}}{{continue}}{{end}}{{if eq $i 3}}{{break}}{{end}}{{$e}}{{end}}',
      'p3',
    ],
    ['{{range $.words}}[{{range $.none}}{{else}}{{break}}{{end}}x]{{end}}', '[x][x]'],
    ['{{range $.words}}[{{range $.none}}{{else}}{{continue}}{{end}}x]{{end}}', '[['],
    ['{{range $i, $r := .grid}}{{range $j, $v := $r}}{{$i}}{{$j}}{{$v}} {{end}}{{end}}', '001 012 103 '],
    ['{{$m := .map}}{{range $k, $v := $m}}{{put $m (print $k "+") 1}}{{end}}{{len $m}}', '6'],
  ])('in %j goes over each element', (template, result) => {
    expect(render(template)).toBe(result)
  })

  test.each([
    ['{{range .word}}{{end}}', "range can't iterate over a value of type string"],
    ['{{range .half}}{{end}}', "range can't iterate over a value of type float64"],
    [
      '{{range $i, $e := .five}}{{end}}',
      "can't use a value of type int to iterate over more than one variable",
    ],
    ['{{range $e = .words}}{{end}}', 'undefined variable: "$e"'],
  ])('in %j cannot be', (template, message) => {
    expect(errorOf(template).message).toContain(message)
  })
})

test.each([
  ['{{define "x"}}<{{.}}{{$}}>{{end}}{{template "x" .word}}', '<beebee>'],
  ['{{define "x"}}<{{.}}>{{end}}{{template "x"}}', '<<no value>>'],
  ['{{template `x` 1}}{{define `x`}}<{{.}}>{{end}}', '<1>'],
  ['{{template "x" $v := 3}}{{$v}}{{define "x"}}<{{.}}>{{end}}', '<3>3'],
  ['{{block "x" .word}}[{{.}}]{{end}}{{template "x" .five}}', '[bee][5]'],
  ['{{define "x"}} {{end}}{{define "x"}}2{{end}}{{template "x"}}', '2'],
  ['{{define "t"}}inner{{end}} ', 'inner'],
  ['{{define "r"}}{{.}}{{if lt . 3}}{{template "r" (add1 .)}}{{end}}{{end}}{{template "r" 0}}', '0123'],
])('%j uses a template of its own', (template, result) => {
  expect(render(template)).toBe(result)
})

test.each([
  ['{{.nope}}', 'at <.nope>: map has no entry for key "nope"', 1, 3],
  ['a\n{{.deep.nope.more}}', 'at <.deep.nope.more>: map has no entry for key "nope"', 2, 8],
  ['{{.nil.x}}', 'at <.nil.x>: nil pointer evaluating interface {}."x"', 1, 7],
  ['{{(nothing).x}}', 'at <nothing>: nil data; no entry for key "x"', 1, 4],
  ['{{.word.x}}', 'at <.word.x>: can\'t evaluate field "x" in type string', 1, 8],
  ['{{.map.k1 1}}', 'at <.map.k1>: "k1" is not a method but has arguments', 1, 7],
  ['{{nil}}', 'at <nil>: nil is not a command', 1, 3],
  ['{{1 2}}', 'at <1>: can\'t give argument to non-function "1"', 1, 3],
  ['{{template "y"}}', 'at <{{template "y"}}>: template "y" not defined', 1, 12],
  ['{{$x = 1}}', 'at <1>: undefined variable: "$x"', 1, 8],
  ['{{and false ($q := 5)}}{{$q}}', 'at <$q>: undefined variable: "$q"', 1, 26],
  ['{{define "x"}}{{.a}}{{end}}{{template "x" .map}}', 'in "x" at <.a>: map has no entry for key "a"', 1, 17],
  ['{{.word}} {{circle}}', 'at <circle>: is nested deeper than 500 levels', 1, 13],
  ['{{printf "%s%s%s%s%s" .word .nope}}', 'at <.nope>: map has no entry for key "nope"', 1, 29],
])('%j fails with its place', (template, message, line, column) => {
  expect(errorOf(template)).toMatchObject({ message, place: { template: 't', line, column } })
})

test('templates are run over the same data, each with definitions of its own', () => {
  const trees = [
    '{{define "x"}}1{{end}}{{template "x"}}{{.word}}',
    '{{define "x"}}2{{end}}{{template "x"}}',
  ].map((text) => parse({ name: 't', text }, { functions }))
  const random = (bytes: number): Uint8Array => new Uint8Array(bytes)
  const results = run(trees, {
    data: values(),
    functions,
    compat: 'strict',
    nowMs: 0,
    budget: new Budget(),
    random,
  })

  expect(results.map((it) => Buffer.from(it).toString())).toEqual(['1bee', '2'])
})
