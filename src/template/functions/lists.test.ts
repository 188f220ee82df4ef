import { expect, test } from 'vitest'
import { failureOf, rendered } from '../../../test/fakes/template/rendered.ts'

const data = {
  num: '42',
  csv: 'pear,apple,,fig,apple',
}

// What ESO's engine gives.
const results: readonly [name: string, template: string, result: string][] = [
  [
    'what Go appends to nil is nil where nothing is appended',
    '{{ range list (rest list) (initial list) (concat list) (regexFindAll "a" "" -1) (regexSplit "a" "" 0) (rest (list 1)) }}{{ printf "%#v" . }} {{ end }}',
    '[]interface {}(nil) []interface {}(nil) []interface {}(nil) []string(nil) []string(nil) []interface {}{} ',
  ],
  [
    'nil lists are equal to nil and differ from empty ones',
    '{{ eq (rest list) nil }} {{ eq (rest list) (initial list) }} {{ ne (rest list) list }} {{ deepEqual (rest list) list }}',
    'true true true false',
  ],
  ['sortAlpha sorts by bytes', '{{ list "b" "a" "B" "é" "10" "9" | sortAlpha }}', '[10 9 B a b é]'],
  [
    'sortAlpha sorts a list of strings where it is',
    '{{ $l := splitList "," "b,c,a" }}{{ sortAlpha $l }} {{ $l }}',
    '[a b c] [a b c]',
  ],
  [
    'sortAlpha sorts a copy of a list of any',
    '{{ $l := list "b" "a" }}{{ sortAlpha $l }} {{ $l }}',
    '[a b] [b a]',
  ],
  ['sortAlpha of one value is a list', '{{ sortAlpha 5 }} {{ sortAlpha "x" | printf "%T" }}', '[5] []string'],
  [
    'list keeps values of any type',
    '{{ list 1 "a" nil 2.5 true (list) | printf "%v %T" .num }}',
    '42 []interface {}',
  ],
  ['list is tuple by another name', '{{ tuple 1 2 }}', '[1 2]'],
  [
    'first gives the head',
    '{{ $l := list 1 2 3 4 5 }}{{ first $l }} {{ first (list) }} {{ mustFirst $l }}',
    '1 <no value> 1',
  ],
  [
    'rest gives the tail',
    '{{ $l := list 1 2 3 4 5 }}{{ rest $l }} {{ rest (list) }} {{ mustRest $l }}',
    '[2 3 4 5] [] [2 3 4 5]',
  ],
  [
    'last gives the end',
    '{{ $l := list 1 2 3 4 5 }}{{ last $l }} {{ last (list) }} {{ mustLast (splitList "," "a,b") }}',
    '5 <no value> b',
  ],
  [
    'initial gives all but the end',
    '{{ $l := list 1 2 3 4 5 }}{{ initial $l }} {{ initial (list 1) }} {{ mustInitial $l }}',
    '[1 2 3 4] [] [1 2 3 4]',
  ],
  [
    'append makes a new list',
    '{{ $l := list 1 2 3 4 5 }}{{ append $l 6 }} {{ $l }} {{ mustAppend $l nil }} {{ push $l "x" }} {{ mustPush $l 1 }}',
    '[1 2 3 4 5 6] [1 2 3 4 5] [1 2 3 4 5 <nil>] [1 2 3 4 5 x] [1 2 3 4 5 1]',
  ],
  [
    'append of a list of strings makes a list of any',
    '{{ append (splitList "," "a,b") 1 | printf "%v %T" "" }}',
    ' []interface {}',
  ],
  [
    'prepend makes a new list',
    '{{ $l := list 1 2 3 4 5 }}{{ prepend $l 0 }} {{ mustPrepend $l "x" }} {{ $l }}',
    '[0 1 2 3 4 5] [x 1 2 3 4 5] [1 2 3 4 5]',
  ],
  [
    'concat makes one list of many',
    '{{ $l := list 1 2 3 4 5 }}{{ concat $l ( list 6 7 ) ( list 8 ) }} {{ concat }} {{ concat (list 1) (splitList "," "a,b") }}',
    '[1 2 3 4 5 6 7 8] [] [1 a b]',
  ],
  [
    'reverse turns a list round',
    '{{ $l := list 1 2 3 4 5 }}{{ reverse $l }} {{ mustReverse (list) }}',
    '[5 4 3 2 1] []',
  ],
  [
    'compact takes empty values out',
    '{{ list 0 1 "" "a" nil false true (list) (dict) 0.0 | compact }} {{ mustCompact (splitList "," .csv) }}',
    '[1 a true] [pear apple fig apple]',
  ],
  [
    'slice takes a part of a list',
    '{{ $l := list 1 2 3 4 5 }}{{ slice $l }} {{ slice $l 3 }} {{ slice $l 1 3 }} {{ slice $l 0 3 }} {{ mustSlice $l 5 }}',
    '[1 2 3 4 5] [4 5] [2 3] [1 2 3] []',
  ],
  ['slice reads indices of any type', '{{ $l := list 1 2 3 4 5 }}{{ slice $l "1" 2.0 }}', '[2]'],
  ['slice of an empty list is nil', '{{ slice (list) }}', '<no value>'],
  ['slice keeps the type', '{{ slice (splitList "," "a,b,c") 1 | printf "%v %T" "" }}', ' []string'],
  [
    'chunk makes lists of lists',
    '{{ chunk 3 (list 1 2 3 4 5 6 7 8) }} {{ chunk 2 (list 1 2) | printf "%T" }} {{ mustChunk 9 (list 1) }} {{ chunk 2 (list) }}',
    '[[1 2 3] [4 5 6] [7 8]] [][]interface {} [[1]] []',
  ],
]

test.each(results)('%s', (_, template, result) => {
  expect(rendered(template, data)).toBe(result)
})

const failures: readonly [name: string, template: string][] = [
  ['first of no list is an error', '{{ first "abc" }}'],
  ['first of nil is an error', '{{ first nil }}'],
  ['append to a map is an error', '{{ append (dict) 1 }}'],
  ['concat of no list is an error', '{{ concat (list 1) 2 }}'],
  ['slice beyond the list is an error', '{{ $l := list 1 2 3 4 5 }}{{ slice $l 6 }}'],
  ['slice with a negative index is an error', '{{ $l := list 1 2 3 4 5 }}{{ slice $l -1 }}'],
  ['slice of a text is an error, for sprig takes the place of the builtin', '{{ slice "abc" 1 2 }}'],
  ['chunk of zero is an error', '{{ chunk 0 (list 1) }}'],
]

test.each(failures)('%s', (_, template) => {
  expect(failureOf(template, data)).toMatch(/^at <.*>: /)
})
