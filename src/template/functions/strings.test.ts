import { expect, test } from 'vitest'
import { rendered } from '../../../test/fakes/template/rendered.ts'

const data = {
  uni: 'éÉ ßǆ 世界 ΐᾳ İı',
  spaced: '\t  two  words  \n',
  raw: Buffer.from('61c3ff62e4b82063', 'hex'),
  text: 'The quick brown fox',
  empty: '',
}

// What ESO's engine gives.
const results: readonly [name: string, template: string, result: string][] = [
  ['nospace takes all white space', '{{ nospace "hello w o r l d" }}', 'helloworld'],
  [
    'nospace encodes bytes again when it takes some',
    '{{ nospace .uni | printf "%q" }}',
    String.raw`"Ã©Ã\u0089Ã\u009fÇ\u0086ä¸\u0096ç\u0095\u008cÎ\u0090á¾³Ä°Ä±"`,
  ],
  ['nospace leaves text without spaces as it is', '{{ nospace "世界" }}', '世界'],
  ['initials takes the first letter of words', '{{ initials "First Try of Many" }}', 'FToM'],
  ['initials takes bytes for characters', '{{ initials .uni | printf "%q" }}', '"ÃÃäÎÄ"'],
  [
    'contains finds a part',
    '{{ contains "cat" "scatter" }} {{ "scatter" | contains "dog" }} {{ contains "" "" }}',
    'true false true',
  ],
  [
    'hasPrefix asks for the start',
    '{{ hasPrefix "cat" "catch" }} {{ hasPrefix "dog" "catch" }}',
    'true false',
  ],
  ['hasSuffix asks for the end', '{{ hasSuffix "ch" "catch" }} {{ hasSuffix "x" "catch" }}', 'true false'],
  ['quote quotes each value', '{{ quote "a" 1 true nil 1.5 }}', '"a" "1" "true" "1.5"'],
  ['quote escapes what cannot be printed', '{{ quote .spaced }}', String.raw`"\t  two  words \u00a0\n"`],
  ['quote escapes bytes that are no UTF-8', '{{ quote .raw }}', String.raw`"a\xc3\xffb\xe4\xb8 c"`],
  ['quote keeps letters beyond ASCII', '{{ quote .uni }}', '"éÉ ßǆ 世界 ΐᾳ İı"'],
  ['quote of a list quotes its text', '{{ quote (list "a" "b") }}', '"[a b]"'],
  ['quote of nothing is empty', '[{{ quote nil }}]', '[]'],
  [
    'squote puts single quotes around values',
    String.raw`{{ squote "it's" 1 nil false }}`,
    String.raw`'it's' '1' 'false'`,
  ],
  ['cat joins values by spaces', '{{ cat "hello" "wide" "world" }}', 'hello wide world'],
  ['cat leaves nil out and keeps empty texts', '[{{ cat nil "a" "" 3 }}]', '[a  3]'],
  ['cat of nothing is empty', '[{{ cat }}]', '[]'],
  ['replace replaces all', '{{ "I Am Henry VIII" | replace " " "-" }}', 'I-Am-Henry-VIII'],
  ['replace of an empty text goes between characters', '{{ replace "" "." "aé" }}', '.a.é.'],
  ['replace takes dollar signs as they are', '{{ replace "a" "$&$1" "banana" }}', 'b$&$1n$&$1n$&$1'],
  [
    'plural chooses by number',
    '{{ range list 0 1 2 }}{{ . | plural "one fish" "many fish" }};{{ end }}',
    'many fish;one fish;many fish;',
  ],
  ['plural takes a length', '{{ len .text | plural "one" "many" }}', 'many'],
  ['hello greets', '{{ hello }}', 'Hello!'],
  [
    'toString shows any value',
    '{{ toString 12 }} {{ toString 1.5 }} {{ toString true }} {{ toString (list 1 "a") }} {{ toString nil }} {{ toString (dict "b" 1 "a" 2) }}',
    '12 1.5 true [1 a] <nil> map[a:2 b:1]',
  ],
  [
    'toStrings shows each item',
    '{{ list 1 "a" nil true | toStrings | printf "%q %T" .empty }}',
    '"" []string',
  ],
  [
    'toStrings makes a list of one value',
    '{{ toStrings 7 | printf "%q" }} {{ toStrings nil | len }}',
    '["7"] 0',
  ],
]

test.each(results)('%s', (_, template, result) => {
  expect(rendered(template, data)).toBe(result)
})
