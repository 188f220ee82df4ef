import { type Functions, fn } from '../function.ts'
import { runesOf } from '../value/bytes.ts'
import type { GoString } from '../value/value.ts'
import { isSpace } from './letters.ts'

const trimmedOf = fn(['string', 'string'], ([cutset, text], { budget }) => {
  budget.step(1 + ((text.length + cutset.length) >> 4))
  return trimmed(text, setOf(cutset))
})

/** Functions that take characters away from the ends of a text. */
export const trimFunctions: Functions = {
  trim: fn(['string'], ([text], { budget }) => {
    budget.step(1 + (text.length >> 4))
    return trimSpace(text)
  }),
  trimAll: trimmedOf,
  trimall: trimmedOf,
  trimPrefix: fn(['string', 'string'], ([prefix, text]) =>
    text.startsWith(prefix) ? text.slice(prefix.length) : text,
  ),
  trimSuffix: fn(['string', 'string'], ([suffix, text]) =>
    text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text,
  ),
}

/** The text without white space at its ends (strings.TrimSpace). */
function trimSpace(text: GoString): GoString {
  return trimmed(text, isSpace)
}

function setOf(cutset: GoString): (rune: number) => boolean {
  const set = new Set<number>()
  for (const { rune } of runesOf(cutset)) set.add(rune)
  return (rune) => set.has(rune)
}

function trimmed(text: GoString, isCut: (rune: number) => boolean): GoString {
  let start = text.length
  let end = text.length
  for (const { rune, at, width } of runesOf(text)) {
    if (isCut(rune)) continue
    if (start === text.length) start = at
    end = at + width
  }
  return text.slice(start, end)
}
