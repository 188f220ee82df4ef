import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { errorOf, render } from '../../../test/template/language-runner.ts'
import { defaultLimits } from '../budget.ts'
import { TemplateError } from '../error.ts'

const names = [
  'constructor',
  '__proto__',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'length',
  'entries',
]

describe('names of prototypes', () => {
  test.each(names)('%s is no field of the dot, of a map, list or text', (name) => {
    expect(errorOf(`{{.${name}}}`).message).toContain(`map has no entry for key "${name}"`)
    expect(errorOf(`{{.map.${name}}}`).message).toContain(`map has no entry for key "${name}"`)
    expect(errorOf(`{{.list.${name}}}`).message).toContain(`can't evaluate field "${name}"`)
    expect(errorOf(`{{.word.${name}}}`).message).toContain(`can't evaluate field "${name}"`)
    expect(errorOf(`{{greeter.${name}}}`).message).toContain(`can't evaluate field "${name}"`)
    expect(render(`{{index .map "${name}"}}`)).toBe('<no value>')
  })

  test.each(names)('%s is no function, variable or template', (name) => {
    expect(errorOf(`{{${name}}}`).message).toBe(`function "${name}" not defined`)
    expect(errorOf(`{{$${name}}}`).message).toBe(`undefined variable "$${name}"`)
    expect(errorOf(`{{template "${name}"}}`).message).toContain('not defined')
  })
})

describe('depth', () => {
  const nested = (before: string, inner: string, after: string, times: number): string =>
    before.repeat(times) + inner + after.repeat(times)

  test.each([
    ['parentheses', `{{${nested('(', '1', ')', 100_000)}}}`],
    ['calls', `{{${nested('print (', '1', ')', 100_000)}}}`],
    ['branches', nested('{{if 1}}', 'x', '{{end}}', 60_000)],
    ['ranges', nested('{{range 1}}', 'x', '{{end}}', 50_000)],
    ['withs of else', '{{with 0}}{{else}}'.repeat(50_000)],
    ['blocks', Array.from({ length: 40_000 }, (_, at) => `{{block "b${at}" .}}`).join('')],
  ])('of %s is bounded when they are parsed', (_, template) => {
    expect(errorOf(template).message).toBe('more than 100 levels of nesting')
  })

  test.each([
    ['itself', '{{define "r"}}{{template "r" .}}{{end}}{{template "r" .}}'],
    ['another', '{{define "a"}}{{template "b"}}{{end}}{{define "b"}}{{template "a"}}{{end}}{{template "a"}}'],
    [
      'itself in ranges',
      '{{define "r"}}{{range 2}}{{if 1}}{{template "r" .}}{{end}}{{end}}{{end}}{{template "r" .}}',
    ],
    [
      'itself in calls',
      `{{define "r"}}${nested('{{if 1}}', `{{template "r" ${nested('(greeter.Greet ', '"x"', ')', 80)}}}`, '{{end}}', 10)}{{end}}{{template "r"}}`,
    ],
  ])('of a template that calls %s is bounded', (_, template) => {
    expect(errorOf(template).message).toContain('more than 200 levels of nesting')
  })

  test('of what people write is enough', () => {
    expect(render(nested('{{if 1}}', nested('{{range 1}}', 'x', '{{end}}', 45), '{{end}}', 45))).toBe('x')
    expect(render(`{{if 0}}${'{{else if 0}}'.repeat(5000)}{{else}}x{{end}}`)).toBe('x')
    expect(render(`{{1${' | print'.repeat(5000)}}}`)).toBe('1')
  })
})

describe('work', () => {
  test.each([
    ['a huge range', '{{range 100000000000}}{{end}}'],
    ['a huge range with a body', '{{range 100000000000}}{{if $.empty}}{{end}}{{end}}'],
    ['ranges within each other', '{{range 100000}}{{range 100000}}{{end}}{{end}}'],
    ['many variables, looked for often', `${'{{$x := 1}}'.repeat(50_000)}{{range 100000}}{{$}}{{end}}`],
    [
      'a comparison of long texts',
      '{{$x := .word}}{{range 17}}{{$x = print $x $x}}{{end}}{{$y := print $x ""}}{{range 100000}}{{if eq $x $y}}{{end}}{{end}}',
    ],
    ['and with many arguments', `{{range 100000}}{{and${' 1'.repeat(1000)}}}{{end}}`],
  ])('of %s ends', (_, template) => {
    expect(errorOf(template).message).toBe('the template takes more than 2000000 steps')
  })

  test('that doubles a text ends', () => {
    const template = '{{$x := .word}}{{range 100}}{{$x = print $x $x}}{{end}}'

    expect(errorOf(template).message).toBe('the template makes more than 67108864 bytes of values')
  })

  test('ends when the signal says so', () => {
    const signal = AbortSignal.abort(new Error('no longer wanted'))

    expect(() => render('{{range 10000}}{{end}}', { signal })).toThrow('no longer wanted')
  })
})

test('a result has at most as many bytes as the limit says', () => {
  const limits = { ...defaultLimits, outputBytes: 9 }

  expect(render('{{range 3}}abc{{end}}', { limits })).toBe('abcabcabc')
  expect(errorOf('{{range 3}}abc{{end}}d', { limits }).message).toBe('the result has more than 9 bytes')
  expect(errorOf('éééé{{.five}}d', { limits }).message).toBe('the result has more than 9 bytes')
})

test.each([
  '{{upper .five}}',
  '{{.word.x}}',
  '{{range .word}}{{end}}',
  '{{eq .word 1}}',
  '{{index .list .word}}',
  '{{index .map .five}}',
  '{{index .words .five}}',
  '{{slice .word .five}}',
  '{{breaks .word}}',
  '{{range $a, $b := .five}}{{end}}',
  '{{len .five}}',
  '{{size .word}}',
])('%s fails without showing a value', (template) => {
  expect(errorOf(template).message).not.toMatch(/bee|5/)
})

const signs = '{{|}}|{{- | -}}|(|)|:=|=|,|.|$|"|`|\'|\\|/*|*/| |\n|é'.split('|')
const words = ".word .list nil true 0x1p4 -1 'a' greeter upper print index eq".split(' ')
const actions =
  '{{if .word}}|{{range .list}}|{{range $i, $e := .map}}|{{with .deep}}|{{else}}|{{end}}|{{break}}|{{define "x"}}|{{block "x" .}}|{{template "x" .}}|{{$x := 1}}|{{$x}}'.split(
    '|',
  )
const fragments = [...signs, '|', ...words, ...actions]

test('any text either is rendered or fails with a TemplateError that has a place', () => {
  const texts = fc.array(
    fc.oneof(fc.constantFrom(...fragments), fc.string({ unit: 'grapheme', maxLength: 3 })),
    { maxLength: 12 },
  )

  fc.assert(
    fc.property(texts, (parts) => {
      expect(outcomeOf(parts.join(''))).toBe('as it should be')
    }),
    { numRuns: 2000 },
  )
})

function outcomeOf(text: string): unknown {
  try {
    render(text)
    return 'as it should be'
  } catch (error) {
    return error instanceof TemplateError && error.place !== undefined ? 'as it should be' : error
  }
}

test('a text without delimiters is rendered as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      fc.pre(!text.includes('{{'))
      expect(render(text)).toBe(text)
    }),
  )
})
