import fc from 'fast-check'
import { formats, texts } from './arbitrary-text.ts'
import type { Expression } from './expression.ts'
import { oneOf } from './one-of.ts'
import type { Kind } from './signatures.ts'

const integers = fc.oneof(
  fc.integer({ min: -20, max: 200 }).map(String),
  oneOf(
    "0x1F¦0b101¦0o17¦017¦1_000¦'a'¦'\\n'¦'é'¦'\\''¦9223372036854775807¦" +
      "-9223372036854775808¦9223372036854775808¦0XfF¦'\\x41'¦1e3¦+5¦-0¦4294967296¦'\\u263a'",
  ),
)
const floats = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((it) => floatText(it)),
  oneOf('1.5¦-0.0¦.5¦1e21¦1e20¦1e-7¦3.¦0x1p-2¦1_0.5¦2.50¦100000000.0¦1e6¦1234567.5¦1e400'),
)
const bools = fc.constantFrom('true', 'false')
const smalls = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: -1, max: 7 }).map(String) },
  { weight: 1, arbitrary: fc.constantFrom('-5', '12', '0x2') },
)

/** Constants that are no text; lists and maps are calls of constants. */
const numbers: Partial<Record<Kind, fc.Arbitrary<string>>> = {
  int: integers,
  int64: integers.map((it) => `(int64 ${it})`),
  float: floats,
  bool: bools,
  small: smalls,
  number: fc.oneof(integers, floats),
  epoch: fc.oneof(
    fc.integer({ min: -100_000_000, max: 2_000_000_000 }).map(String),
    fc.constantFrom('0', '1700000000', '253402300800'),
  ),
  any: fc.oneof(
    {
      weight: 4,
      arbitrary: oneOf('"x"¦"b"¦""¦`raw`¦1¦0¦1.5¦true¦false¦\'c\''),
    },
    { weight: 1, arbitrary: fc.constantFrom('nil', '(list)', '(dict)', '$') },
  ),
  list: fc.constantFrom(
    '(list)',
    '(list 1 2 3)',
    '(list "b" "a" "b")',
    '(list nil 1 "" true)',
    '(list "x" 1.5 (list 2))',
    '(list 3 "a" nil (dict "k" 1))',
  ),
  strings: fc.constantFrom('(splitList "," "c,a,b")', '(splitList "" "é1")', '(toStrings (list 1 "x"))'),
  ints: fc.constantFrom('(until 3)', '(untilStep 5 0 -2)'),
  dict: fc.constantFrom(
    '(dict)',
    '(dict "a" 1 "b" "two")',
    '(dict "key" (dict "a" (list 1 2)))',
    '(dict "a" nil "b" 1.5 "host" "h")',
    '(fromJson `{"a":[1,"x"],"b":{"a":null}}`)',
  ),
  stringMap: fc.constantFrom('$', '(split "," "a,b")'),
  time: fc.constantFrom(
    '(toDate "2006-01-02" "2024-02-29")',
    '(toDate "2006-01-02 15:04:05.000 -0700" "2021-03-28 01:02:03.456 +0530")',
  ),
}

/** Constants of a kind. */
export function literalOf(kind: Kind): fc.Arbitrary<Expression> {
  const known = numbers[kind]
  if (known !== undefined) return known.map((text): Expression => ({ kind: 'literal', text }))
  if (kind === 'format') return fc.tuple(formats, fc.boolean()).map(quoted)
  return fc.tuple(texts[kind] ?? texts.string ?? fc.string(), fc.boolean()).map(quoted)
}

/** A string constant, in backquotes where they can hold it. */
function quoted([text, raw]: [string, boolean]): Expression {
  const canBeRaw = raw && !/[`\r]/.test(text) && !text.includes('\0') && text.isWellFormed()
  return { kind: 'literal', text: canBeRaw ? `\`${text}\`` : JSON.stringify(text) }
}

/** Go's grammar of numbers takes JavaScript's; a whole number gets a point so that it stays a float. */
function floatText(it: number): string {
  const text = Object.is(it, -0) ? '-0' : String(it)
  return /[.e]/.test(text) ? text : `${text}.0`
}
