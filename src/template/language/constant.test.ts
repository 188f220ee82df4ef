import { describe, expect, test } from 'vitest'
import { errorOf, render } from '../../../test/template/language-runner.ts'

describe('numbers', () => {
  test.each([
    ['1', '1', 'int'],
    ['-1', '-1', 'int'],
    ['+1', '1', 'int'],
    ['0x1F', '31', 'int'],
    ['0b101', '5', 'int'],
    ['0o17', '15', 'int'],
    ['017', '15', 'int'],
    ['00', '0', 'int'],
    ['1_000', '1000', 'int'],
    ['0x_1', '1', 'int'],
    ['0_7', '7', 'int'],
    ['0x1e', '30', 'int'],
    ['-0x1e', '-30', 'float64'],
    ['1e3', '1000', 'float64'],
    ['1.0', '1', 'float64'],
    ['.5', '0.5', 'float64'],
    ['5.', '5', 'float64'],
    ['1_0.5', '10.5', 'float64'],
    ['0x1p4', '16', 'float64'],
    ['0x.8p1', '1', 'float64'],
    ['1e21', '1e+21', 'float64'],
    ['9223372036854775807', '9223372036854775807', 'int'],
    ['-9223372036854775808', '-9223372036854775808', 'int'],
    ["'a'", '97', 'int'],
    ["'世'", '19990', 'int'],
    [String.raw`'\n'`, '10', 'int'],
    [String.raw`'\''`, '39', 'int'],
    [String.raw`'\x41'`, '65', 'int'],
    [String.raw`'\u4e16'`, '19990', 'int'],
    [String.raw`'\101'`, '65', 'int'],
  ])('%s is %s of type %s', (constant, value, type) => {
    expect(render(`{{${constant}}} {{typeOf ${constant}}}`)).toBe(`${value} ${type}`)
  })

  test.each([
    ['089', 'integer overflow: "089"'],
    ['1__0', 'illegal number syntax: "1__0"'],
    ['1_', 'illegal number syntax: "1_"'],
    ['+_1', 'illegal number syntax: "+_1"'],
    ['0x', 'illegal number syntax: "0x"'],
    ['1e400', 'illegal number syntax: "1e400"'],
    ['18446744073709551616', 'integer overflow: "18446744073709551616"'],
    ['-9223372036854775809', 'integer overflow: "-9223372036854775809"'],
    ['18446744073709551615', 'at <18446744073709551615>: "18446744073709551615" overflows int'],
    ["''", 'malformed character constant: "\'\'"'],
    ["'ab'", 'malformed character constant: "\'ab\'"'],
    [String.raw`'\"'`, String.raw`malformed character constant: "'\\\"'"`],
    ['1i', 'imaginary numbers are not supported'],
    ['1+2i', 'imaginary numbers are not supported'],
    ['9'.repeat(1001), 'number too long: "99999999999999999999"...'],
  ])('%s is none', (constant, message) => {
    expect(errorOf(`{{${constant}}}`).message).toBe(message)
  })
})

describe('strings', () => {
  test.each([
    [String.raw`"a\n\t\\\""`, 'a\n\t\\"'],
    [String.raw`"\x41\u00e9\U0001F600\101"`, 'Aé😀A'],
    [String.raw`"\a\b\f\r\v"`, '\u0007\b\f\r\v'],
    ['"é世"', 'é世'],
    ['`a\\n"b`', 'a\\n"b'],
    ['`a\r\nb`', 'a\nb'],
    ['""', ''],
  ])('%s means what it means in Go', (constant, value) => {
    expect(render(`{{${constant}}}`)).toBe(value)
  })

  test.each([
    String.raw`"\'"`,
    String.raw`"\z"`,
    String.raw`"\ud800"`,
    String.raw`"\U00110000"`,
    String.raw`"\400"`,
    String.raw`"\x4"`,
  ])('%s is none', (constant) => {
    expect(errorOf(`{{${constant}}}`).message).toBe('invalid syntax of a string')
  })
})
