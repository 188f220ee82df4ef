import { describe, expect, test } from 'vitest'
import { errorOf, render } from '../../../test/template/language-runner.ts'

test.each([
  ['{{join "-" "a" "b"}} {{"c" | join "-" "a"}} {{"c" | join}}|{{join ","}}', 'a-b a-c |'],
  ['{{upper .word}} {{.word | upper}} {{upper (print "a" .word)}}', 'BEE BEE ABEE'],
  ['{{add1 1 | add1 | add1}} {{add1 (len .word)}}', '4 4'],
  [
    "{{int8 200}} {{int8 'a'}} {{int8 1e1}} {{uint 3}} {{uint -0}} {{float 3}} {{float 'a'}} {{flag true}}",
    '-56 97 10 3 0 3 97 true',
  ],
  ['{{uint 18446744073709551615}}', '18446744073709551615'],
  ['{{size nil}} {{.nil | size}} {{nothing | size}} {{size .map}}', '0 0 0 3'],
  [
    '{{typeOf nil}} {{typeOf .nil}} {{typeOf 1}} {{typeOf "a"}} {{typeOf .words}}',
    '<nil> <nil> int string []string',
  ],
  ['{{nothing}} {{print nothing}} {{print .nil nil}}', '<no value> <nil> <nil> <nil>'],
])('%j gives a function its arguments', (template, result) => {
  expect(render(template)).toBe(result)
})

test.each([
  ['{{greeter.Name}} {{(greeter).Name}} {{with greeter}}{{.Name}}{{end}}', 'Ann Ann Ann'],
  [
    '{{greeter.Greet "Bob"}} {{"Bob" | (greeter).Greet}} {{$g := greeter}}{{print ($g.Greet .word)}}',
    'hello Bob hello Bob hello bee',
  ],
])('%j reaches fields and methods', (template, result) => {
  expect(render(template)).toBe(result)
})

test.each([
  ['{{isLiteral}} {{isLiteral 1 "a" true nil}} {{"a" | isLiteral 1}}', 'true true true'],
  [
    '{{isLiteral .word}} {{.word | isLiteral}} {{isLiteral (print 1)}} {{"a" | upper | isLiteral}} {{isLiteral 1 .five}}',
    'false false false false false',
  ],
  ['{{print (isLiteral 1) (isLiteral .word)}} {{$x := 1}}{{isLiteral $x}}', 'true false false'],
])('%j tells a function whether its arguments are constants', (template, result) => {
  expect(render(template)).toBe(result)
})

test.each([
  ['{{upper}}', 'wrong number of args for upper: want 1 got 0'],
  ['{{"b" | upper "a"}}', 'wrong number of args for upper: want 1 got 2'],
  ['{{join}}', 'wrong number of args for join: want at least 1 got 0'],
  ['{{upper 1}}', 'expected string; found "1"'],
  ['{{upper nil}}', 'cannot assign nil to string'],
  ['{{upper .nil}}', 'wrong type for value; expected string; got interface {}'],
  ['{{nothing | upper}}', 'invalid value; expected string'],
  ['{{upper .five}}', 'wrong type for value; expected string; got int'],
  ['{{add1 .byte}}', 'wrong type for value; expected int; got uint8'],
  ['{{add1 1.5}}', 'expected integer; found "1.5"'],
  ['{{uint -1}}', 'expected unsigned integer; found "-1"'],
  ['{{uint +1}}', 'expected unsigned integer; found "+1"'],
  ['{{float "a"}}', 'expected float; found "\\"a\\""'],
  ['{{flag 1}}', 'expected bool; found "1"'],
  ['{{size 1}}', 'can\'t handle "1" for arg of type map[string]interface {}'],
  ['{{size .texts}}', 'wrong type for value; expected map[string]interface {}; got map[string]string'],
  ['{{size .nil}}', 'wrong type for value; expected map[string]interface {}; got interface {}'],
  ['{{printf 1}}', 'expected string; found "1"'],
  ['{{greeter.Greet}}', 'wrong number of args for Greet: want 1 got 0'],
  ['{{greeter.Greet 1}}', 'expected string; found "1"'],
  ['{{greeter.Nope}}', 'can\'t evaluate field "Nope" in type *test.Greeter'],
  ['{{greeter.Name 1}}', '"Name" has arguments but cannot be invoked as function'],
  ['{{fails}}', 'error calling fails: it does not work'],
  ['{{greeter.Fail}}', 'error calling Fail: it does not work'],
])('%j is refused', (template, message) => {
  expect(errorOf(template).message.replace(/^at <.*?>: /, '')).toBe(message)
})

describe('what a function throws that was not made for it', () => {
  test('shows nothing but the name of the function', () => {
    const error = errorOf('{{breaks .word}}')

    expect(error.message).toBe('at <breaks .word>: error calling breaks')
    expect(error.cause).toBeInstanceOf(TypeError)
  })
})
