import type { Budget } from '../budget.ts'
import { FunctionError } from '../error.ts'
import { type Env, type Functions, fn } from '../function.ts'
import { type GoString, nilIfEmpty, Slice, strings } from '../value/value.ts'
import { matchesOf, nextCharacter } from './regex-matches.ts'
import { type Match, type Search, search } from './regex-pattern.ts'
import { expanded, partsOf } from './regex-template.ts'

const mustRegexMatch = fn(['string', 'string'], ([pattern, text], { budget }) =>
  isMatch(pattern, text, budget),
)

const find = fn(['string', 'string'], ([pattern, text], { budget }) => {
  const match = search(pattern, text, budget).find(0)
  return match === undefined ? '' : text.slice(match.start, match.end)
})

const findAll = fn(['string', 'string', 'int'], ([pattern, text, count], { budget }) => {
  const found: GoString[] = []
  for (const { start, end } of matchesOf(search(pattern, text, budget), text, Number(count.value))) {
    budget.allocate(16 + end - start)
    found.push(text.slice(start, end))
  }
  return nilIfEmpty(strings(found))
})

const replaceAll = fn(['string', 'string', 'string'], ([pattern, text, template], { budget }) => {
  const searched = search(pattern, text, budget)
  const parts = partsOf(template, searched.names)
  return replaced(searched, text, (match) => expanded(parts, match, searched.groups, text), budget)
})

const replaceAllLiteral = fn(['string', 'string', 'string'], ([pattern, text, literal], { budget }) =>
  replaced(search(pattern, text, budget), text, () => literal, budget),
)

const split = fn(
  ['string', 'string', 'int'],
  ([pattern, text, count], { budget }) =>
    new Slice('[]string', parted(pattern, text, Number(count.value), budget), count.value === 0n),
)

/** Functions on regular expressions of Go's syntax (RE2). */
export const regexFunctions: Functions = {
  regexMatch: fn(['string', 'string'], ([pattern, text], env) => quietMatch(pattern, text, env)),
  mustRegexMatch,
  regexFind: find,
  mustRegexFind: find,
  regexFindAll: findAll,
  mustRegexFindAll: findAll,
  regexReplaceAll: replaceAll,
  mustRegexReplaceAll: replaceAll,
  regexReplaceAllLiteral: replaceAllLiteral,
  mustRegexReplaceAllLiteral: replaceAllLiteral,
  regexSplit: split,
  mustRegexSplit: split,
  regexQuoteMeta: fn(['string'], ([text], { budget }) => {
    budget.step(1 + (text.length >> 6))
    budget.allocate(2 * text.length)
    return text.replaceAll(/[\\.+*?()|[\]{}^$]/g, String.raw`\$&`)
  }),
}

function isMatch(pattern: GoString, text: GoString, budget: Budget): boolean {
  return search(pattern, text, budget).find(0) !== undefined
}

/** ESO takes a bad pattern for one that matches nothing. */
function quietMatch(pattern: GoString, text: GoString, { budget, compat }: Env): boolean {
  try {
    return isMatch(pattern, text, budget)
  } catch (error) {
    if (compat === 'eso' && error instanceof FunctionError) return false
    throw error
  }
}

/** regexp.ReplaceAll: an empty match right behind another match is not replaced. */
function replaced(
  searched: Search,
  text: GoString,
  by: (match: Match) => GoString,
  budget: Budget,
): GoString {
  let result = ''
  let done = 0
  for (let from = 0; from <= text.length; ) {
    const match = searched.find(from)
    if (match === undefined) break
    const replacement = match.end > done || match.start === 0 ? by(match) : ''
    budget.allocate(match.start - done + replacement.length)
    result += text.slice(done, match.start) + replacement
    done = match.end
    from = Math.max(nextCharacter(text, from), match.end)
  }
  budget.allocate(text.length - done)
  return result + text.slice(done)
}

/** regexp.Split: the parts between matches, at most `count` unless that is negative; an empty match at the start parts nothing. */
function parted(pattern: GoString, text: GoString, count: number, budget: Budget): GoString[] {
  const searched = search(pattern, text, budget)
  if (count === 0) return []
  if (pattern !== '' && text === '') return ['']
  const parts: GoString[] = []
  let done = 0
  let end = 0
  for (const match of matchesOf(searched, text, count)) {
    if (parts.length === count - 1) break
    end = match.start
    budget.allocate(16 + end - done)
    if (match.end !== 0) parts.push(text.slice(done, end))
    done = match.end
  }
  if (end !== text.length) parts.push(text.slice(done))
  return parts
}
