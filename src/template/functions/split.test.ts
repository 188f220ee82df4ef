import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rendered } from '../../../test/fakes/template/rendered.ts'

const data = {
  csv: 'pear,apple,,fig,apple',
}

// What ESO's engine gives.
const results: readonly [name: string, template: string, result: string][] = [
  [
    'split gives names to parts',
    '{{ $p := split "$" "foo$bar$baz" }}{{ $p._0 }} {{ $p._2 }} {{ $p }} {{ printf "%T" $p }}',
    'foo baz map[_0:foo _1:bar _2:baz] map[string]string',
  ],
  [
    'splitn parts at most so often',
    '{{ $p := splitn "$" 2 "foo$bar$baz" }}{{ $p._0 }} {{ $p._1 }}',
    'foo bar$baz',
  ],
  ['splitn of zero parts is empty', '{{ splitn "$" 0 "foo" | len }}', '0'],
  [
    'splitList gives a list of strings',
    '{{ splitList "$" "foo$bar$baz" | printf "%q %T" .csv }}',
    '"pear,apple,,fig,apple" []string',
  ],
  ['splitList with an empty separator parts characters', '{{ splitList "" "aé世" | len }}', '3'],
  [
    'splitList of an empty text has one part',
    '{{ splitList "," "" | len }} {{ splitList "" "" | len }}',
    '1 0',
  ],
  ['join puts texts together', '{{ list "hello" "world" | join "_" }}', 'hello_world'],
  ['join shows numbers', '{{ list 1 2 3 | join "+" }}', '1+2+3'],
  ['join leaves nil out', '{{ join "-" (list 1 nil 2) }}', '1-2'],
  ['join of one value is that', '{{ join "-" "a" }} {{ join "-" 7 }} [{{ join "-" nil }}]', 'a 7 []'],
  ['join joins what was split', '{{ splitList "," .csv | join ";" }}', 'pear;apple;;fig;apple'],
]

test.each(results)('%s', (_, template, result) => {
  expect(rendered(template, data)).toBe(result)
})

test('what is joined is what was split', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ maxLength: 2 }), (text, separator) => {
      expect(rendered('{{ splitList .separator .text | join .separator }}', { text, separator })).toBe(text)
    }),
  )
})
