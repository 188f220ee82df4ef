import { type Env, type Functions, fn, type GoFunction } from '../function.ts'
import { goString, runesOf } from '../value/bytes.ts'
import type { GoString } from '../value/value.ts'
import { isDigit, isLetter, isLower, isSpace, isUpper, toLower, toTitle, toUpper } from './letters.ts'

/** Functions that change the case of letters. */
export const caseFunctions: Functions = {
  upper: mapped(() => toUpper),
  lower: mapped(() => toLower),
  title: mapped(titled),
  untitle: mapped(untitled),
  swapcase: mapped(swapped),
}

type MapRune = (rune: number) => number

/** A function that gives each character another; bytes that are no UTF-8 become U+FFFD, as in Go's strings.Map. */
function mapped(newMap: () => MapRune): GoFunction {
  return fn(['string'], ([text], env) => mapRunes(text, newMap(), env))
}

function mapRunes(text: GoString, map: MapRune, { budget }: Env): GoString {
  budget.step(1 + (text.length >> 4))
  budget.allocate(3 * text.length)
  let changed = ''
  for (const { rune } of runesOf(text)) changed += String.fromCodePoint(map(rune))
  return goString(changed)
}

/** strings.Title: the first letter after each separator. */
function titled(): MapRune {
  let before = 0x20
  return (rune) => {
    const isFirst = isSeparator(before)
    before = rune
    return isFirst ? toTitle(rune) : rune
  }
}

/** Ends a word for strings.Title: of ASCII all but letters, digits and underscore; of others only white space. */
function isSeparator(rune: number): boolean {
  if (rune === 0x5f || isLetter(rune) || isDigit(rune)) return false
  return rune < 0x80 || isSpace(rune)
}

function untitled(): MapRune {
  let isFirst = true
  return (rune) => {
    const isSpaceNow = isSpace(rune)
    const changed = isFirst && !isSpaceNow ? toLower(rune) : rune
    isFirst = isSpaceNow
    return changed
  }
}

/** Upper and title case become lower case; lower case becomes title case where a word begins, else upper case. */
function swapped(): MapRune {
  let isFirst = true
  return (rune) => {
    const wasFirst = isFirst
    const isCased = isUpper(rune) || isTitle(rune) || isLower(rune)
    isFirst = !isCased && isSpace(rune)
    if (!isCased) return rune
    if (!isLower(rune)) return toLower(rune)
    return wasFirst ? toTitle(rune) : toUpper(rune)
  }
}

const titleCase = /\p{Lt}/u

function isTitle(rune: number): boolean {
  return titleCase.test(String.fromCodePoint(rune))
}
