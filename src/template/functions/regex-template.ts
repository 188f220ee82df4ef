import { runesOf } from '../value/bytes.ts'
import type { GoString } from '../value/value.ts'
import { isDigit, isLetter } from './letters.ts'
import type { GroupNames } from './regex-names.ts'
import type { Match } from './regex-pattern.ts'

/** What stands for one match: text as it is, and the first of some groups that took part. */
export type Part = GoString | { readonly groups: readonly number[] }

/**
 * Takes apart what matches are replaced by (regexp.Expand): `$1`, `${1}`, `$name` and `${name}` stand for groups, as
 * many letters as follow being the name; `$$` for a dollar sign; a group that is not there for nothing.
 */
export function partsOf(template: GoString, names: GroupNames): readonly Part[] {
  const [before = '', ...pieces] = template.split('$')
  const parts: Part[] = [before]
  for (let index = 0; index < pieces.length; index++) {
    const piece = pieces[index] ?? ''
    const isDollar = piece === '' && index + 1 < pieces.length
    if (isDollar) parts.push('$', pieces[++index] ?? '')
    else parts.push(...referenceAt(piece, names))
  }
  return parts
}

function referenceAt(piece: GoString, names: GroupNames): readonly Part[] {
  const isBraced = piece.startsWith('{')
  const start = isBraced ? 1 : 0
  const end = endOfName(piece, start)
  if (end === start || (isBraced && piece[end] !== '}')) return ['$', piece]
  return [{ groups: groupsOf(piece.slice(start, end), names) }, piece.slice(isBraced ? end + 1 : end)]
}

function endOfName(piece: GoString, start: number): number {
  for (const { rune, at } of runesOf(piece.slice(start)))
    if (rune !== 0x5f && !isLetter(rune) && !isDigit(rune)) return start + at
  return piece.length
}

const number = /^(?:0|[1-9][0-9]{0,8})$/

function groupsOf(name: GoString, names: GroupNames): readonly number[] {
  return number.test(name) ? [Number(name)] : (names.get(name) ?? [])
}

/** The text that replaces a match. */
export function expanded(parts: readonly Part[], match: Match, groups: number, text: GoString): GoString {
  let result = ''
  for (const part of parts) {
    if (typeof part === 'string') result += part
    else result += text.slice(...(firstOf(part.groups, match, groups) ?? [0, 0]))
  }
  return result
}

function firstOf(
  numbers: readonly number[],
  match: Match,
  groups: number,
): readonly [start: number, end: number] | undefined {
  const inMatch = numbers.filter((it) => it <= groups).map((it) => match.group(it))
  return inMatch.find((it) => it !== undefined)
}
