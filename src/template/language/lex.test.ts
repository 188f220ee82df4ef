import { describe, expect, test } from 'vitest'
import { errorOf, render } from '../../../test/template/language-runner.ts'
import { lex } from './lex.ts'

describe('space', () => {
  test.each([
    ['a {{- .word -}} b', 'abeeb'],
    ['a \t\r\n{{-  .word  -}}\n \n b', 'abeeb'],
    ['a {{- "x" }} b', 'ax b'],
    ['a {{ "x" -}} b', 'a xb'],
    ['{{3 -}}  {{- 4}}', '34'],
    ['a {{-3}} b', 'a -3 b'],
    ['a {{- -3 -}} b', 'a-3b'],
    ['a {{/* no */}} b', 'a  b'],
    ['a {{- /* no */ -}} b', 'ab'],
    ['a {{/* {{ no }} */ -}} b', 'a b'],
    ['{{/**/}}', ''],
    ['a\u00a0{{- 1}}', 'a\u00a01'],
    ['{{\n.word\n|\nupper\n}}', 'BEE'],
    ['{{ if .yes -}}\n  x\n{{- end }}', 'x'],
    ['{ {.word} }', '{ {.word} }'],
    ['{{"}}"}}', '}}'],
    ['{{.word}}}}', 'bee}}'],
  ])('of %j is trimmed where a marker says so', (template, result) => {
    expect(render(template)).toBe(result)
  })
})

describe('delimiters', () => {
  test.each<[string, [string, string], string]>([
    ['[[ .word ]] {{ .word }}', ['[[', ']]'], 'bee {{ .word }}'],
    ['<% .word %>', ['<%', '%>'], 'bee'],
    ['a [[- .word -]] b', ['[[', ']]'], 'abeeb'],
    ['[[/* no */]]x', ['[[', ']]'], 'x'],
    ['[[ index .list 0 ]]', ['[[', ']]'], 'p'],
    ['$(.word)$', ['$(', ')$'], 'bee'],
    ['é.word»', ['é', '»'], 'bee'],
    ['{{.word}', ['', '}'], 'bee'],
  ])('in %j are those of %j', (template, delimiters, result) => {
    expect(render(template, { delimiters })).toBe(result)
  })

  test('have a longest length', () => {
    expect(errorOf('x', { delimiters: ['{'.repeat(65), ''] }).message).toBe(
      'a delimiter has more than 64 bytes',
    )
  })
})

describe('what cannot be read', () => {
  test.each([
    ['{{.word', 'unclosed action', 1, 8],
    ['{{.word\n\n', 'unclosed action, in the action that begins in line 1', 3, 1],
    ['{{ "a" \n', 'unclosed action, in the action that begins in line 1', 2, 1],
    ['{{/* x', 'unclosed comment', 1, 3],
    ['{{/* x */ y}}', 'comment ends before closing delimiter', 1, 3],
    ['{{ /* x */}}', 'unexpected "/" in command', 1, 4],
    ['{{(.word}}', 'unclosed left paren', 1, 9],
    ['{{.word)}}', 'unexpected right paren', 1, 8],
    ['{{"abc', 'unterminated quoted string', 1, 3],
    ['{{"a\nb"}}', 'unterminated quoted string', 1, 3],
    ['{{`abc', 'unterminated raw quoted string', 1, 3],
    ["{{'a", 'unterminated character constant', 1, 3],
    ['{{.a&b}}', "bad character U+0026 '&'", 1, 3],
    ['{{$x+1}}', "bad character U+002B '+'", 1, 3],
    ['{{1a}}', 'bad number syntax: "1a"', 1, 3],
    ['{{1 :2}}', 'expected :=', 1, 5],
    ['{{\u0007}}', 'unrecognized character in action: U+0007', 1, 3],
    ['a\n{{\u20ac}}', "unrecognized character in action: U+20AC '€'", 2, 3],
  ])('%j is refused with its place', (template, message, line, column) => {
    expect(errorOf(template)).toMatchObject({ message, place: { template: 't', line, column } })
  })
})

test('the tokens of a template cover it, but for what is trimmed', () => {
  const { text, kinds, starts, ends } = lex('a {{- .b 1 -}} c', '{{', '}}')

  expect(kinds.map((kind, at) => [kind, text.slice(starts[at], ends[at])])).toEqual([
    ['text', 'a'],
    ['left', '{{'],
    ['field', '.b'],
    ['space', ' '],
    ['number', '1'],
    ['right', ' -}} '],
    ['text', 'c'],
    ['eof', ''],
  ])
})
