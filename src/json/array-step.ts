import { afterPart, type Step } from './path.ts'
import { parseQuery, type Query } from './query.ts'

/** A step into an array: an index, `#` for all elements or their number, or a query. */
export interface ArrayStep extends Step {
  /** Asks something else of the array than one element by its index. */
  readonly isHash: boolean
  /** After `#.`: what is asked of every element. */
  readonly each: string | undefined
  readonly query: Query | undefined
}

/** The first step of a path, read as one into an array (GJSON path syntax, "Arrays", "Queries"). */
export function arrayStep(path: string): ArrayStep {
  const each = path.startsWith('#.') ? path.slice(2) : undefined
  let query: Query | undefined
  let isHash = false
  for (let at = 0; at < path.length; at++) {
    const char = path[at]
    if (char === '|' || char === '.') {
      const after =
        char === '.' && isHash ? { rest: path.slice(at + 1), pipe: undefined } : afterPart(path, at)
      return { part: path.slice(0, at), isHash, each, query, ...after }
    }
    if (char !== '#') continue
    isHash = true
    if (at > 0 || !'[('.includes(path[1] ?? ' ')) continue
    const found = parseQuery(path)
    query = found.query
    if (found.end === undefined) break
    at = found.end - 1
  }
  return { part: path, isHash, each, query, rest: undefined, pipe: undefined }
}
