import { expect, test } from 'vitest'
import { failureOf, rendered } from '../../../test/fakes/template/rendered.ts'

const data = {
  text: 'The quick brown fox',
  lines: 'one\ntwo\n\nthree',
  uni: 'éÉ ßǆ 世界 ΐᾳ İı',
  raw: Buffer.from('61c3ff62e4b82063', 'hex'),
  mail: 'ann@acme.example, bob@acme.example',
}

// What ESO's engine gives.
const results: readonly [name: string, template: string, result: string][] = [
  [
    'regexMatch finds an address',
    String.raw`{{ regexMatch "^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\\.[A-Za-z]{2,}$" "test@acme.com" }} {{ mustRegexMatch "^a$" "b" }}`,
    'true false',
  ],
  ['regexMatch matches anywhere', '{{ regexMatch "quick" .text }} {{ regexMatch "" "" }}', 'true true'],
  [
    'regexMatch knows flags',
    '{{ regexMatch "(?i)QUICK" .text }} {{ regexMatch "(?s)one.two" .lines }} {{ regexMatch "one.two" .lines }} {{ regexMatch "(?m)^two$" .lines }}',
    'true true false true',
  ],
  [
    'regexMatch knows Unicode classes',
    String.raw`{{ regexMatch "^\\pL+" .uni }} {{ regexMatch "\\p{Han}{2}" .uni }} {{ regexMatch "^\\w+$" "é" }} {{ regexMatch "[[:upper:]]" "É" }}`,
    'true true false false',
  ],
  ['regexFindAll finds digits', '{{ regexFindAll "[2,4,6,8]" "123456789" -1 }}', '[2 4 6 8]'],
  [
    'regexFindAll finds at most so many',
    '{{ regexFindAll "a" "aaaa" 2 }} {{ regexFindAll "a" "aaaa" 0 }} {{ mustRegexFindAll "z" "aaaa" -1 | len }}',
    '[a a] [] 0',
  ],
  ['regexFindAll finds empty matches', '{{ regexFindAll "a*" "baac" -1 | printf "%q" }}', '["" "aa" ""]'],
  [
    'regexFindAll finds bytes that are no UTF-8 as one character each',
    '{{ regexFindAll "[^a-z ]" .raw -1 | printf "%q" }}',
    String.raw`["\xc3" "\xff" "\xe4" "\xb8"]`,
  ],
  [
    'regexFind finds the first',
    '{{ regexFind "[a-zA-Z][1-9]" "abcd1234" }} [{{ mustRegexFind "z" "a" }}] {{ regexFind "a|ab" "ab" }} {{ regexFind "a+?" "aaa" }}',
    'd1 [] a a',
  ],
  ['regexReplaceAll uses groups', '{{ regexReplaceAll "a(x*)b" "-ab-axxb-" "${1}W" }}', '-W-xxW-'],
  ['regexReplaceAll takes all letters for a name', '{{ regexReplaceAll "a(x*)b" "-ab-axxb-" "$1W" }}', '---'],
  [
    'regexReplaceAll uses names',
    '{{ regexReplaceAll "(?P<user>\\\\w+)@(?P<host>[\\\\w.]+)" .mail "${host}/$user" }}',
    'acme.example/ann, acme.example/bob',
  ],
  [
    'regexReplaceAll writes dollar signs',
    '{{ regexReplaceAll "a" "banana" "$$" }} {{ regexReplaceAll "a" "banana" "$" }} {{ regexReplaceAll "(a)" "banana" "${1" }}',
    'b$n$n$ b$n$n$ b${1n${1n${1',
  ],
  [
    'regexReplaceAll replaces empty matches',
    '{{ regexReplaceAll "x*" "abc" "-" }} {{ mustRegexReplaceAll "" "é" "." }}',
    '-a-b-c- .é.',
  ],
  [
    'regexReplaceAll takes groups that are not there for nothing',
    '{{ regexReplaceAll "(a)|(b)" "ab" "[$1$2$3]" }}',
    '[a][b]',
  ],
  [
    'regexReplaceAllLiteral takes dollar signs as they are',
    '{{ regexReplaceAllLiteral "a(x*)b" "-ab-axxb-" "${1}" }} {{ mustRegexReplaceAllLiteral "a" "banana" "$0" }}',
    '-${1}-${1}- b$0n$0n$0',
  ],
  [
    'regexSplit parts a text',
    '{{ regexSplit "z+" "pizza" -1 }} {{ regexSplit "z" "pizza" 2 | printf "%q" }} {{ regexSplit "z" "pizza" 0 | len }}',
    '[pi a] ["pi" "za"] 0',
  ],
  [
    'regexSplit by an empty pattern parts characters',
    '{{ mustRegexSplit "" "aé" -1 | printf "%q" }} {{ regexSplit "a*" "aabaa" -1 | printf "%q" }}',
    '["a" "é"] ["" "b" ""]',
  ],
  ['regexSplit of an empty text has one part', '{{ regexSplit "x" "" -1 | printf "%q" }}', '[""]'],
  [
    'regexQuoteMeta escapes',
    String.raw`{{ regexQuoteMeta "1.2.3" }} {{ regexQuoteMeta "a[b](c)*{d}^$|\\-é" }}`,
    String.raw`1\.2\.3 a\[b\]\(c\)\*\{d\}\^\$\|\\-é`,
  ],
]

test.each(results)('%s', (_, template, result) => {
  expect(rendered(template, data)).toBe(result)
})

const failures: readonly [name: string, template: string][] = [
  ['mustRegexMatch of a bad pattern is an error', '{{ mustRegexMatch "a(" "a" }}'],
  ['regexFindAll with a lookahead is an error', '{{ regexFindAll "a(?=b)" "ab" -1 }}'],
  ['regexFind of a bad pattern is an error', '{{ regexFind "[" "a" }}'],
  ['regexFind with a back reference is an error', String.raw`{{ regexFind "(a)\\1" "aa" }}`],
]

test.each(failures)('%s', (_, template) => {
  expect(failureOf(template, data)).toMatch(/^at <.*>: /)
})

test('a bad pattern is an error, and matches nothing in eso', () => {
  expect(failureOf('{{ regexMatch "a(" "a" }}')).toContain('missing closing )')
  expect(rendered('{{ regexMatch "a(" "a" }}', {}, { compat: 'eso' })).toBe('false')
})

test('no error shows a pattern, which may be a secret', () => {
  for (const secret of [
    'hunter2(',
    '[z-a]hunter2',
    String.raw`hunter2\k`,
    'hunter2**',
    'hunter2{2000}',
    '(?<hunter2',
  ])
    expect(failureOf('{{ regexFind .secret "a" }}', { secret })).toMatch(/^(?!.*hunter2)at <regexFind/)
})
