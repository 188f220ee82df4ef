import { runeAt } from '../value/bytes.ts'
import type { GoString } from '../value/value.ts'
import type { Match, Search } from './regex-pattern.ts'

/**
 * Successive matches of a pattern, at most `count` unless that is negative, as regexp.FindAll takes them: none overlap,
 * and an empty one right behind another is passed over.
 */
export function* matchesOf(search: Search, text: GoString, count: number): Generator<Match> {
  let endOfLast = -1
  let found = 0
  for (let from = 0; from <= text.length && found !== count; ) {
    const match = search.find(from)
    if (match === undefined) return
    const isEmpty = match.end === from
    const isAccepted = !isEmpty || match.start !== endOfLast
    from = isEmpty ? nextCharacter(text, from) : match.end
    endOfLast = match.end
    if (!isAccepted) continue
    found++
    yield match
  }
}

/** The place of the character behind the one at a place; one more than the length at the end. */
export function nextCharacter(text: GoString, at: number): number {
  return at < text.length ? at + runeAt(text, at).width : text.length + 1
}
