import { isModifier } from './modifier-names.ts'

/** One step of a path, and what comes after it. */
export interface Step {
  readonly part: string
  /** What is asked of the value that the part names; undefined at the end of the path. */
  readonly rest: string | undefined
  /** What is asked of the result of the whole path up to here. */
  readonly pipe: string | undefined
}

/** A step into an object. */
export interface Key extends Step {
  /** The part is a pattern. */
  readonly isWild: boolean
}

/** The first step of a path, read as the name of a member (GJSON path syntax, "Basic", "Wildcards", "Escape character"). */
export function keyStep(path: string): Key {
  let part = ''
  let isWild = false
  for (let at = 0; at < path.length; at++) {
    const char = path.charAt(at)
    if (char === '|' || char === '.') return { part, isWild, ...afterPart(path, at) }
    if (char === '*' || char === '?') isWild = true
    part += char === '\\' ? path.charAt(++at) : char
  }
  return { part, isWild, rest: undefined, pipe: undefined }
}

/** What follows a part that ends at `at`: a pipe is a pipe, and so is a dot before a modifier or a multipath. */
export function afterPart(path: string, at: number): Pick<Step, 'rest' | 'pipe'> {
  const after = path.slice(at + 1)
  const isPipe = path[at] === '|' || beginsSelector(after)
  return isPipe ? { rest: undefined, pipe: after } : { rest: after, pipe: undefined }
}

function beginsSelector(path: string): boolean {
  if (path.startsWith('[') || path.startsWith('{')) return true
  return path.startsWith('@') && isModifier(/^@([^.|:]*)/.exec(path)?.[1] ?? '')
}

/** The index of the quote that closes the one at `from`. */
export function endOfQuotes(path: string, from: number): number {
  let at = from + 1
  while (at < path.length && path[at] !== '"') at += path[at] === '\\' ? 2 : 1
  return at
}

/** Takes apart what comes before the first pipe that is not inside brackets, and what comes after it. */
export function splitPipe(path: string): { left: string; pipe: string } | undefined {
  if (path.startsWith('{')) {
    const end = path[1] === '"' ? endOfQuotes(path, 1) + 1 : endOfGroup(path, 1)
    return path[end] === '|' ? splitAt(path, end) : undefined
  }
  for (let at = 0; at < path.length; at++) {
    const char = path[at]
    if (char === '\\') at++
    else if (char === '.' && path[at + 1] === '#') at = endOfHash(path, at + 2)
    else if (char === '|') return splitAt(path, at)
  }
  return undefined
}

function splitAt(path: string, at: number): { left: string; pipe: string } {
  return { left: path.slice(0, at), pipe: path.slice(at + 1) }
}

/** The last character that belongs to a `#` which ends before `at`: a pipe that follows it directly does. */
function endOfHash(path: string, at: number): number {
  const open = path[at] ?? ''
  return open === '[' || open === '(' ? closeOf(path, at, open) : at
}

/** The bracket that closes the one at `from`, of its own kind only. */
function closeOf(path: string, from: number, open: '[' | '('): number {
  const close = open === '[' ? ']' : ')'
  let depth = 0
  for (let at = from; at < path.length; at++) {
    const char = path[at]
    if (char === '\\') at++
    else if (char === '"') at = endOfQuotes(path, at)
    else if (char === open) depth++
    else if (char === close && --depth === 0) return at
  }
  return path.length
}

/** The end of a bracketed part of a path; whatever the character at `from` is, it ends with the bracket that closes more than was opened after it. */
export function endOfGroup(path: string, from: number): number {
  let depth = 1
  for (let at = from + 1; at < path.length; at++) {
    const char = path.charAt(at)
    if (char === '"') at = endOfQuotes(path, at)
    else if ('([{'.includes(char)) depth++
    else if (')]}'.includes(char) && --depth === 0) return at + 1
  }
  return path.length
}
