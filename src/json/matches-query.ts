import type { Query } from './query.ts'
import { isString, type Json, stringIn } from './text.ts'
import { matches } from './wildcard.ts'

/** Whether what a query's path found in an element is what the query asks. */
export function matchesQuery(query: Query, found: Json): boolean {
  if (query.value.startsWith('~')) return matchesTruth(query, found)
  return found !== '' && (query.op === '' || compares(found, query.op, query.value))
}

/** `~true`, `~false`, `~null` and `~*` ask what a value amounts to. */
function matchesTruth({ op, value }: Query, found: Json): boolean {
  const judge = truths.get(value.slice(1))
  if (judge === undefined) return false
  return op === '' || compares(judge(found) ? 'true' : 'false', op, 'true')
}

const truths: ReadonlyMap<string, (json: Json) => boolean> = new Map([
  ['*', (json) => json !== ''],
  ['null', isNull],
  ['true', (json) => !isNull(json) && truthOf(json) === true],
  ['false', (json) => isNull(json) || truthOf(json) === false],
])

function isNull(json: Json): boolean {
  return json === '' || json === 'null'
}

const wordsOfTruth: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'true'].map((it) => [it, true] as const),
  ...['0', 'f', 'false'].map((it) => [it, false] as const),
])

/** Undefined for what is neither: objects, arrays and other words. */
function truthOf(json: Json): boolean | undefined {
  if (isString(json)) return wordsOfTruth.get(stringIn(json).toLowerCase())
  if (json === 'true' || json === 'false') return json === 'true'
  return isNumber(json) ? Number(json) !== 0 : undefined
}

function compares(json: Json, op: string, value: string): boolean {
  if (isString(json)) return comparesText(stringIn(json), op, value)
  if (json === 'true' || json === 'false') return comparesTruth(json === 'true', op, value)
  return isNumber(json) && holds(op, Number(json), numberOf(value))
}

function isNumber(json: Json): boolean {
  return /^[-0-9]/.test(json)
}

/** What is no number counts as 0, as in the language this syntax comes from. */
function numberOf(value: string): number {
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(value) ? Number(value) : 0
}

function comparesText(text: string, op: string, value: string): boolean {
  if (op === '%') return matches(text, value)
  if (op === '!%') return !matches(text, value)
  // By UTF-8 bytes; UTF-16 units would order characters beyond U+FFFF otherwise.
  return holds(op, Buffer.compare(Buffer.from(text), Buffer.from(value)), 0)
}

/** false comes before true; a word that is neither equals nothing and has no place in that order. */
function comparesTruth(truth: boolean, op: string, value: string): boolean {
  if (op === '=') return value === String(truth)
  if (op === '!=') return value !== String(truth)
  if (truth) return op === '>=' || (op === '>' && value === 'false')
  return op === '<=' || (op === '<' && value === 'true')
}

function holds(op: string, left: number, right: number): boolean {
  switch (op) {
    case '=':
      return left === right
    case '!=':
      return left !== right
    case '<':
      return left < right
    case '<=':
      return left <= right
    case '>':
      return left > right
    case '>=':
      return left >= right
    default:
      return false
  }
}
