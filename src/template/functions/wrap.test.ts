import { expect, test } from 'vitest'
import { rendered } from '../../../test/fakes/template/rendered.ts'

const data = {
  text: 'The quick brown fox',
}

// What ESO's engine gives.
const results: readonly [name: string, template: string, result: string][] = [
  ['wrap breaks at spaces', '{{ wrap 10 .text }}', 'The quick\nbrown fox'],
  ['wrap does not break a long word', '{{ wrap 3 "incomprehensible words" }}', 'incomprehensible\nwords'],
  ['wrap below one is one', '{{ wrap 0 "a b c" }}', 'a\nb\nc'],
  ['wrapWith writes another separator', '{{ wrapWith 5 "|" "Hello World" }}', 'Hello|World'],
  ['wrapWith breaks long words', '{{ wrapWith 4 "|" "incomprehensible" }}', 'inco|mpre|hens|ible'],
  ['wrapWith with an empty separator breaks lines', '{{ wrapWith 4 "" "one two" }}', 'one\ntwo'],
]

test.each(results)('%s', (_, template, result) => {
  expect(rendered(template, data)).toBe(result)
})
