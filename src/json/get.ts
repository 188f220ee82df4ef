import { type ArrayStep, arrayStep } from './array-step.ts'
import { bounded } from './bounds.ts'
import { fixedValue } from './fixed-value.ts'
import { matchesQuery } from './matches-query.ts'
import { modified } from './modifiers.ts'
import { multipath } from './multipath.ts'
import { type Key, keyStep, splitPipe } from './path.ts'
import type { Query } from './query.ts'
import { asRead, elementsOf, isArray, isObject, type Json, membersOf } from './text.ts'
import { matches } from './wildcard.ts'

/** What a walk has found so far, and what is still to be asked of it. */
interface Walk {
  found: Json
  pipe: string | undefined
}

/**
 * The value at a path of the GJSON syntax: keys, indexes, `#`, wildcards, queries, modifiers, multipaths. A slice of the
 * text where the path leads to one, a value made for the answer otherwise; empty when there is none. Throws
 * RangeError when the answer grows beyond bounds.
 */
export function get(json: Json, path: string): Json {
  const selected = path.length > 1 ? selectorResult(json, path) : undefined
  if (selected !== undefined)
    return selected.rest === undefined ? asRead(selected.json) : get(selected.json, selected.rest)
  const walk: Walk = { found: '', pipe: undefined }
  if (path.startsWith('..')) walkElements([json].filter(Boolean), path.slice(2), walk)
  else walkInto(json.trimStart(), path, walk)
  return walk.pipe === undefined ? walk.found : get(walk.found, walk.pipe)
}

/** What a path that begins with `@`, `!`, `[` or `{` makes of a value; undefined when it is a plain path after all. */
function selectorResult(json: Json, path: string): { json: Json; rest: string | undefined } | undefined {
  const made = modified(json, path, get) ?? fixedValue(path) ?? multipath(json, path, get)
  if (made === undefined) return undefined
  bounded(made.json)
  return { json: made.json, rest: /^[.|]/.test(made.rest) ? made.rest.slice(1) : undefined }
}

/** True when the walk has ended with what it found. */
function walkInto(json: Json, path: string, walk: Walk): boolean {
  if (isObject(json)) return walkMembers(json, path, walk)
  return isArray(json) && walkElements(elementsOf(json), path, walk)
}

function walkMembers(json: Json, path: string, walk: Walk): boolean {
  const step = keyStep(path)
  if (step.pipe !== undefined) walk.pipe = step.pipe
  for (const { name, value } of membersOf(json)) {
    if (!isMeant(step, name)) continue
    if (step.rest === undefined) return ends(walk, value)
    if (walkInto(value, step.rest, walk)) return true
  }
  return false
}

function isMeant({ part, isWild }: Key, name: string): boolean {
  return isWild ? matches(name, part) : name === part
}

function ends(walk: Walk, found: Json): true {
  walk.found = found
  return true
}

function walkElements(elements: Iterable<Json>, path: string, walk: Walk): boolean {
  const step = arrayStep(path)
  if (step.pipe !== undefined) walk.pipe = step.pipe
  if (step.query !== undefined) return walkQuery([...elements], step, step.query, walk)
  if (step.isHash) return walkHash([...elements], step, walk)
  return walkIndex(elements, step, walk)
}

function walkIndex(elements: Iterable<Json>, step: ArrayStep, walk: Walk): boolean {
  const index = /^\d+$/.test(step.part) ? Number(step.part) : -1
  let at = 0
  for (const element of elements) {
    if (at++ !== index) continue
    return step.rest === undefined ? ends(walk, element) : walkInto(element, step.rest, walk)
  }
  return false
}

/** `#` is how many elements there are; `#.path` is what the path finds in each of them. */
function walkHash(elements: readonly Json[], { part, each }: ArrayStep, walk: Walk): boolean {
  if (part !== '#') return false
  if (each === undefined) return ends(walk, String(elements.length))
  const split = splitPipe(each)
  if (split !== undefined) walk.pipe = split.pipe
  const found = elements.map((it) => get(it, split?.left ?? each)).filter((it) => it !== '')
  return ends(walk, bounded(`[${found.join(',')}]`))
}

/**
 * The first element that a query matches ends the walk. All that match are an answer only where nothing else was found:
 * a wildcard before the query may lead to more arrays.
 */
function walkQuery(elements: readonly Json[], step: ArrayStep, query: Query, walk: Walk): boolean {
  const meant = elements.filter((it) => isMatch(it, query))
  const [first] = meant
  if (!query.isAll) return first === undefined ? false : ends(walk, restOf(first, step, walk))
  const found = meant.map((it) => restOf(it, step, walk)).filter((it) => it !== '')
  if (walk.found === '') walk.found = bounded(`[${found.join(',')}]`)
  return false
}

function isMatch(element: Json, query: Query): boolean {
  const isNested = isObject(element) || isArray(element)
  if (!isNested && query.path !== '') return false
  return matchesQuery(query, isNested ? get(element, query.path) : element)
}

/** What follows a query is asked of each match; what follows a pipe, of the result. */
function restOf(element: Json, { rest }: ArrayStep, walk: Walk): Json {
  if (rest === undefined) return element
  const split = splitPipe(rest)
  if (split !== undefined) walk.pipe = split.pipe
  return get(element, split?.left ?? rest)
}
