import type { Budget } from '../budget.ts'
import { type Functions, fn } from '../function.ts'
import { runesOf } from '../value/bytes.ts'
import { toStrings } from '../value/cast.ts'
import { GoMap, type GoString, strings } from '../value/value.ts'

/** Functions that take a text apart, or put one together. */
export const splitFunctions: Functions = {
  split: fn(['string', 'string'], ([separator, text], { budget }) =>
    numbered(splitText(text, separator, -1, budget)),
  ),
  splitn: fn(['string', 'int', 'string'], ([separator, count, text], { budget }) =>
    numbered(splitText(text, separator, Number(count.value), budget)),
  ),
  splitList: fn(['string', 'string'], ([separator, text], { budget }) =>
    strings(splitText(text, separator, -1, budget)),
  ),
  join: fn(['string', 'interface {}'], ([separator, value], { budget }) =>
    joined(toStrings(value, budget), separator, budget),
  ),
}

/**
 * The parts of a text between separators (strings.SplitN): at most `count` of them, unless that is negative. An empty
 * separator parts all characters.
 */
function splitText(text: GoString, separator: GoString, count: number, budget: Budget): GoString[] {
  if (count === 0 || (text === '' && separator === '')) return []
  budget.step(1 + (text.length >> 6))
  const parts: GoString[] = []
  let from = 0
  for (const at of separator === '' ? startsOf(text) : placesOf(separator, text)) {
    if (parts.length === count - 1) break
    budget.step()
    budget.allocate(16 + at - from)
    parts.push(text.slice(from, at))
    from = at + separator.length
  }
  parts.push(text.slice(from))
  return parts
}

function* placesOf(separator: GoString, text: GoString): Generator<number> {
  let at = text.indexOf(separator)
  while (at !== -1) {
    yield at
    at = text.indexOf(separator, at + separator.length)
  }
}

/** Where the characters of a text begin, but for the first. */
function* startsOf(text: GoString): Generator<number> {
  for (const { at } of runesOf(text)) if (at > 0) yield at
}

/** Parts under the names `_0`, `_1` and so on. */
function numbered(parts: readonly GoString[]): GoMap {
  return new GoMap('map[string]string', new Map(parts.map((part, index) => [`_${index}`, part])))
}

function joined(parts: readonly GoString[], separator: GoString, budget: Budget): GoString {
  budget.step(parts.length)
  let length = 0
  for (const part of parts) length += part.length + separator.length
  budget.allocate(length)
  return parts.join(separator)
}
