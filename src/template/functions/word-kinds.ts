import { runesOf } from '../value/bytes.ts'
import type { GoString } from '../value/value.ts'
import { isLetter, isNumber, isPunctuation, isSpace, isUpper } from './letters.ts'

export type WordKind = 'number' | 'upper' | 'letters' | 'connector' | 'punctuation' | 'other' | 'invalid'

/** Characters of a text that belong together. */
export interface Word {
  readonly kind: WordKind
  readonly text: GoString
}

/** A character, with the bytes before it that are no UTF-8; the last one may be just such bytes. */
interface Unit {
  readonly rune: number | undefined
  readonly start: number
  readonly end: number
}

/** The words of a text as xstrings tells them apart: `HTTPServer2x` is HTTP, Server, 2, x. */
export function wordsOf(text: GoString): readonly Word[] {
  const units = unitsOf(text)
  const words: Word[] = []
  for (let at = 0; at < units.length; ) {
    const kind = kindOf(units[at]?.rune)
    const end = endOfWord(units, at, kind)
    words.push({ kind, text: text.slice(units[at]?.start, units[end - 1]?.end) })
    at = end
  }
  return words
}

function unitsOf(text: GoString): readonly Unit[] {
  const units: Unit[] = []
  let start = 0
  for (const { rune, at, width } of runesOf(text)) {
    if (rune === 0xfffd) continue
    units.push({ rune, start, end: at + width })
    start = at + width
  }
  if (start < text.length) units.push({ rune: undefined, start, end: text.length })
  return units
}

function kindOf(rune: number | undefined): WordKind {
  if (rune === undefined) return 'invalid'
  if (isConnector(rune)) return 'connector'
  if (isPunctuation(rune)) return 'punctuation'
  if (isUpper(rune)) return 'upper'
  if (isAlphabetic(rune)) return 'letters'
  return isNumber(rune) ? 'number' : 'other'
}

function endOfWord(units: readonly Unit[], start: number, kind: WordKind): number {
  if (kind === 'invalid') return start + 1
  if (kind === 'punctuation') return endOfRun(units, start + 1, isPunctuation)
  if (kind !== 'upper') return endOfRun(units, start + 1, (rune) => kindOf(rune) === kind)
  const next = units[start + 1]
  if (next === undefined) return start + 1
  const kindOfNext = next.rune === undefined ? 'upper' : kindOf(next.rune)
  if (kindOfNext !== 'upper') return endOfRun(units, start + 1, (rune) => kindOf(rune) === 'letters')
  const end = endOfRun(units, start + 1, isUpper)
  // The last capital begins the next word when small letters follow it.
  return kindOf(units[end]?.rune) === 'letters' ? end - 1 : end
}

function endOfRun(units: readonly Unit[], from: number, isOfRun: (rune: number) => boolean): number {
  let end = from
  // Bytes that are no UTF-8 belong to what is before them.
  for (let unit = units[end]; unit !== undefined; unit = units[++end])
    if (unit.rune !== undefined && !isOfRun(unit.rune)) break
  return end
}

/** True for what stands between words of a name: a dash, an underscore or white space. */
export function isConnector(rune: number): boolean {
  return rune === 0x2d || rune === 0x5f || isSpace(rune)
}

/** Letters but for Chinese characters. */
function isAlphabetic(rune: number): boolean {
  if (!isLetter(rune)) return false
  const isChinese =
    (rune >= 0x3400 && rune <= 0x4d85) ||
    (rune >= 0x4e00 && rune <= 0x9fcc) ||
    (rune >= 0x20000 && rune <= 0x2b81d)
  return !isChinese
}
