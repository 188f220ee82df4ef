import { expect, test } from 'vitest'
import { rendered } from '../../../test/fakes/template/rendered.ts'
import { withoutNames } from './regex-names.ts'

test.each([
  ['(?P<a>x)(y)(?<a>z)', '(x)(y)(z)', [['a', [1, 3]]]],
  [
    '(?:x)(?P<a>y)(?i:z)(?P<b>w)',
    '(?:x)(y)(?i:z)(w)',
    [
      ['a', [1]],
      ['b', [2]],
    ],
  ],
  ['[(?P<a>](?P<b>x)', '[(?P<a>](x)', [['b', [1]]]],
  ['[]()](?P<b>x)[^][:alpha:](](x)', '[]()](x)[^][:alpha:](](x)', [['b', [1]]]],
  ['\\((?P<a>x)\\Q(?P<b>(\\E(y)', '\\((x)\\Q(?P<b>(\\E(y)', [['a', [1]]]],
] as const)('the groups of %s without their names', (pattern, unnamed, names) => {
  const result = withoutNames(pattern)
  expect(result.pattern).toBe(unnamed)
  expect([...result.names]).toEqual(names)
})

// What ESO's engine gives.
test.each([
  ['{{ regexMatch "(?P<n>a)(?P<n>b)" "ab" }}', 'true'],
  ['{{ regexReplaceAll "(?P<n>a)|(?P<n>b)" "xabx" "<${n}>" }}', 'x<a><b>x'],
  ['{{ regexReplaceAll "(?P<n>a)|(?<n>b)(c)" "xabcx" "<$n-$2-$3>" }}', 'x<a--><b-b-c>x'],
  ['{{ regexMatch "[(?P<n>](?P<n>b)(\\\\(?P<n>)" "(b(P<n>" }}', 'true'],
])('several groups may bear one name: %s', (template, result) => {
  expect(rendered(template)).toBe(result)
})
