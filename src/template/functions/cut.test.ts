import { expect, test } from 'vitest'
import { failureOf, rendered } from '../../../test/fakes/template/rendered.ts'

const data = {
  uni: 'éÉ ßǆ 世界 ΐᾳ İı',
}

// What ESO's engine gives.
const results: readonly [name: string, template: string, result: string][] = [
  ['substr takes bytes from the start', '{{ substr 0 5 "hello world" }}', 'hello'],
  ['substr takes bytes from the middle', '{{ substr 2 4 "hello" }}', 'll'],
  ['substr with a negative start takes up to the end given', '{{ substr -1 3 "hello" }}', 'hel'],
  ['substr with a negative end takes the rest', '{{ substr 3 -1 "hello" }}', 'lo'],
  ['substr with an end beyond the text takes the rest', '{{ substr 3 99 "hello" }}', 'lo'],
  ['substr may cut a character', '{{ substr 0 1 .uni | printf "%q" }}', String.raw`"\xc3"`],
  ['trunc keeps the start', '{{ trunc 5 "hello world" }}', 'hello'],
  ['trunc keeps the end when negative', '{{ trunc -5 "hello world" }}', 'world'],
  [
    'trunc longer than the text changes nothing',
    '{{ trunc 99 "hello" }}{{ trunc -99 "hello" }}',
    'hellohello',
  ],
  ['trunc to zero is empty', '[{{ trunc 0 "hello" }}]', '[]'],
  ['trunc to minus the length keeps all', '{{ trunc -5 "hello" }}', 'hello'],
  ['abbrev ends in an ellipsis', '{{ abbrev 7 "hello world" }}', 'hell...'],
  ['abbrev of five leaves two letters', '{{ abbrev 5 "hello world" }}', 'he...'],
  ['abbrev below four changes nothing', '{{ abbrev 3 "hello world" }}', 'hello world'],
  ['abbrev of a short text changes nothing', '{{ abbrev 20 "hello" }}', 'hello'],
  ['abbrevboth cuts both ends', '{{ abbrevboth 5 10 "1234 5678 9123" }}', '...5678...'],
  ['abbrevboth near the start cuts the end only', '{{ abbrevboth 2 8 "1234 5678 9123" }}', '1234 ...'],
  ['abbrevboth near the end cuts the start only', '{{ abbrevboth 12 8 "1234 5678 9123" }}', '... 9123'],
  [
    'abbrevboth with a narrow right side changes nothing',
    '{{ abbrevboth 1 6 "1234 5678 9123" }}',
    '1234 5678 9123',
  ],
]

test.each(results)('%s', (_, template, result) => {
  expect(rendered(template, data)).toBe(result)
})

const failures: readonly [name: string, template: string][] = [
  ['substr with a start beyond the text is an error', '{{ substr 9 -1 "hello" }}'],
  ['substr with an end before the start is an error', '{{ substr 3 2 "hello" }}'],
]

test.each(failures)('%s', (_, template) => {
  expect(failureOf(template, data)).toMatch(/^at <.*>: /)
})
