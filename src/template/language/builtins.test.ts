import { expect, test } from 'vitest'
import { errorOf, render } from '../../../test/template/language-runner.ts'

test.each([
  ['{{and 0 .nope}} {{or 1 .nope}} {{or 0 "" "z"}} {{and 1 2}} {{and .nil .nope}}', '0 1 z 2 <no value>'],
  ['{{.word | and 1}} {{.word | and 0}} {{.word | or 0}} {{1 | or}}', 'bee 0 bee 1'],
  ['{{not 0}} {{not .word}} {{not nil}}', 'true false true'],
  [
    '{{eq 1 1}} {{eq 1 2 3 1}} {{eq "a" "b"}} {{eq .half 0.5}} {{eq .yes true}} {{ne 1 2}}',
    'true true false true true true',
  ],
  [
    '{{eq .nil nil}} {{eq nil nil}} {{eq .word nil}} {{eq .list nil}} {{eq nil .list}}',
    'true true false false false',
  ],
  [
    '{{eq .byte 200}} {{eq -1 .byte}} {{lt .minus .byte}} {{lt .byte .minus}} {{le .byte 200}} {{ge 200 .byte}}',
    'true false true false true true',
  ],
  [
    '{{lt "a" "b"}} {{le 1 1}} {{gt 1 1}} {{ge 1 1}} {{lt 1.5 2.5}} {{gt "é" "z"}}',
    'true true false true true true',
  ],
  [
    '{{eq (absent) nil}} {{eq nil (absent)}} {{eq (absent) .list}} {{ne (absent) (absent)}} {{if absent}}{{else}}no{{end}}',
    'true true false false no',
  ],
  ['{{$g := greeter}}{{eq $g $g}} {{eq greeter greeter}}', 'true false'],
  [
    '{{index .list 0}} {{index .map "k1"}} {{index .map "no"}} [{{index .texts "no"}}] {{index .grid 0 1}} {{index .word 0}} {{index .list}}',
    'p v1 <no value> [] 2 98 [p q 3 <nil>]',
  ],
  [
    '{{slice .word 1}} {{slice .word 1 2}} {{slice .list 1 3}} {{slice .list 0 1 2}} [{{slice .word 3}}]',
    'ee e [q 3] [p] []',
  ],
  ['{{len .word}} {{len .accent}} {{len .list}} {{len .map}} {{len ""}}', '3 9 4 3 0'],
  ['{{print 1 2 "a" "b" 3}} {{printf "%d %s" 1 "a"}} {{println "a" 1}}', '1 2ab3 1 a a 1\n'],
  [
    '{{html .markup "&\'\\""}} {{html nil}} {{html 1 2}} {{"\\x00" | html}}',
    'x&lt;y&amp;&#39;&#34; &lt;no value&gt; 1 2 \ufffd',
  ],
  [
    '{{js "a\'b\\"c<>&=\\\\\\n"}} {{js .accent}} {{js "\\u200b"}}',
    String.raw`a\'b\"c\u003C\u003E\u0026\u003D\\\u000A hé世界 \u200B`,
  ],
  ['{{urlquery "a b&c=é/~-_.*"}} {{urlquery .five 1}}', 'a+b%26c%3D%C3%A9%2F~-_.%2A 5+1'],
])('%j is what Go gives', (template, result) => {
  expect(render(template)).toBe(result)
})

test.each([
  ['{{and}}', 'wrong number of args for and: want at least 1 got 0'],
  ['{{eq 1}}', 'error calling eq: missing argument for comparison'],
  ['{{eq 1 "1"}}', 'error calling eq: incompatible types for comparison: int and string'],
  ['{{eq 1 1.0}}', 'error calling eq: incompatible types for comparison: int and float64'],
  ['{{eq .list .list}}', 'error calling eq: non-comparable type []interface {}'],
  ['{{eq .map .list}}', 'error calling eq: non-comparable type map[string]interface {}'],
  ['{{eq .map 1}}', 'error calling eq: incompatible types for comparison: map[string]interface {} and int'],
  ['{{ne 1 2 3}}', 'wrong number of args for ne: want 2 got 3'],
  ['{{lt 1 1.5}}', 'error calling lt: incompatible types for comparison: int and float64'],
  ['{{lt true false}}', 'error calling lt: invalid type for comparison'],
  ['{{le nil 1}}', 'error calling le: invalid type for comparison'],
  ['{{index .list 4}}', 'error calling index: index out of range'],
  ['{{index .list -1}}', 'error calling index: index out of range'],
  ['{{index .word 3}}', 'error calling index: index out of range'],
  ['{{index .list "a"}}', 'error calling index: cannot index slice/array with type string'],
  ['{{index .list nil}}', 'error calling index: cannot index slice/array with nil'],
  ['{{index .map 1}}', 'error calling index: value has type int; should be string'],
  ['{{index .map nil}}', 'error calling index: value is nil; should be of type string'],
  ['{{index nil 1}}', 'error calling index: index of untyped nil'],
  ['{{index .list 3 1}}', 'error calling index: index of nil pointer'],
  ['{{index .five 1}}', "error calling index: can't index item of type int"],
  ['{{slice .word 2 1}}', 'error calling slice: invalid slice index'],
  ['{{slice .word 4}}', 'error calling slice: index out of range'],
  ['{{slice .word 0 1 2}}', 'error calling slice: cannot 3-index slice a string'],
  ['{{slice .list 0 3 2}}', 'error calling slice: invalid slice index'],
  ['{{slice .list 0 1 2 3}}', 'error calling slice: too many slice indexes: 4'],
  ['{{slice .map 1}}', "error calling slice: can't slice item of type map[string]interface {}"],
  ['{{slice nil 1}}', 'error calling slice: slice of untyped nil'],
  ['{{len 3}}', 'error calling len: len of type int'],
  ['{{len nil}}', 'error calling len: len of nil pointer'],
  ['{{call .word}}', 'error calling call: a value is no function'],
])('%j is refused without a value in the message', (template, message) => {
  expect(errorOf(template).message.replace(/^at <.*?>: /, '')).toBe(message)
})
