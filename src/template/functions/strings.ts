import type { Budget } from '../budget.ts'
import { type Functions, fn, variadic } from '../function.ts'
import { goString, runesOf } from '../value/bytes.ts'
import { toStrings, toText } from '../value/cast.ts'
import { textOfValue } from '../value/format.ts'
import { quote } from '../value/quote.ts'
import { any, type GoString, Slice, strings, type Value } from '../value/value.ts'
import { isSpace } from './letters.ts'

/** Functions that ask about a text, show values as text, or replace parts. */
export const stringFunctions: Functions = {
  hello: fn([], () => 'Hello!'),
  contains: fn(['string', 'string'], ([part, text], { budget }) => {
    budget.step(1 + (text.length >> 6))
    return text.includes(part)
  }),
  hasPrefix: fn(['string', 'string'], ([prefix, text]) => text.startsWith(prefix)),
  hasSuffix: fn(['string', 'string'], ([suffix, text]) => text.endsWith(suffix)),
  quote: variadic([], any, (_, values, { budget }) =>
    spaced(values, budget, (value) => quote(toText(value, budget))),
  ),
  squote: variadic([], any, (_, values, { budget }) =>
    spaced(values, budget, (value) => `'${textOfValue(value, budget)}'`),
  ),
  cat: variadic([], any, (_, values, { budget }) =>
    spaced(values, budget, (value) => textOfValue(value, budget)),
  ),
  replace: fn(['string', 'string', 'string'], ([old, by, text], { budget }) =>
    replaced(text, old, by, budget),
  ),
  plural: fn(['string', 'string', 'int'], ([one, many, count]) => (count.value === 1n ? one : many)),
  nospace: fn(['string'], ([text], { budget }) => withoutSpace(text, budget)),
  initials: fn(['string'], ([text], { budget }) => initialsOf(text, budget)),
  toString: fn([any], ([value], { budget }) => toText(value, budget)),
  toStrings: fn([any], ([value], { budget }) =>
    value instanceof Slice && value.type === '[]string' ? value : strings(toStrings(value, budget)),
  ),
}

/** Values that are not nil, each shown, with spaces between. */
function spaced(values: readonly Value[], budget: Budget, show: (value: Value) => GoString): GoString {
  let text = ''
  let isFirst = true
  for (const value of values) {
    if (value === null) continue
    const shown = show(value)
    budget.allocate(shown.length + 1)
    text += isFirst ? shown : ` ${shown}`
    isFirst = false
  }
  return text
}

/** Every `old` replaced (strings.ReplaceAll); an empty one stands before each character and at the end. */
function replaced(text: GoString, old: GoString, by: GoString, budget: Budget): GoString {
  budget.step(1 + (text.length >> 6))
  if (old === '') return spread(text, by, budget)
  const parts = text.split(old)
  budget.allocate(text.length + (parts.length - 1) * by.length)
  return parts.join(by)
}

function spread(text: GoString, by: GoString, budget: Budget): GoString {
  budget.allocate(text.length + (text.length + 1) * by.length)
  let result = by
  for (const { at, width } of runesOf(text)) result += text.slice(at, at + width) + by
  return result
}

/** goutils takes each byte for a character, so that once there is a space to drop, others are encoded again. */
function withoutSpace(text: GoString, budget: Budget): GoString {
  budget.step(1 + (text.length >> 4))
  budget.allocate(2 * text.length)
  let kept = ''
  for (const byte of text) if (!isSpace(byte.charCodeAt(0))) kept += byte
  return kept.length === text.length ? text : goString(kept)
}

/** The first byte of each word, taken for a character as goutils does. */
function initialsOf(text: GoString, budget: Budget): GoString {
  budget.step(1 + (text.length >> 4))
  budget.allocate(text.length)
  let initials = ''
  let isGap = true
  for (const byte of text) {
    const isSpaceNow = isSpace(byte.charCodeAt(0))
    if (isGap && !isSpaceNow) initials += byte
    isGap = isSpaceNow
  }
  return goString(initials)
}
