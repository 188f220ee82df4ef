import { expect, test } from 'vitest'
import { failureOf, rendered } from '../../../test/fakes/template/rendered.ts'

const data = {
  lines: 'one\ntwo\n\nthree',
}

// What ESO's engine gives.
const results: readonly [name: string, template: string, result: string][] = [
  ['repeat writes a text several times', '{{ repeat 3 "ho " }}', 'ho ho ho '],
  ['repeat of zero times is empty', '[{{ repeat 0 "a" }}]', '[]'],
  ['indent moves every line', '{{ indent 4 .lines }}', '    one\n    two\n    \n    three'],
  ['indent of zero changes nothing', '{{ indent 0 .lines }}', 'one\ntwo\n\nthree'],
  ['nindent begins with a new line', 'key: |{{ nindent 2 .lines }}', 'key: |\n  one\n  two\n  \n  three'],
]

test.each(results)('%s', (_, template, result) => {
  expect(rendered(template, data)).toBe(result)
})

const failures: readonly [name: string, template: string][] = [
  ['repeat of a negative number is an error', '{{ repeat -1 "a" }}'],
  ['indent of a negative number is an error', '{{ indent -1 .lines }}'],
]

test.each(failures)('%s', (_, template) => {
  expect(failureOf(template, data)).toMatch(/^at <.*>: /)
})
