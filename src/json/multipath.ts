import { endOfQuotes } from './path.ts'
import { quoted } from './quoted.ts'
import { type Json, jsonIn } from './text.ts'

type Get = (json: Json, path: string) => Json

/** One of the paths of a multipath, and the name its result gets in an object. */
interface Selector {
  readonly name: string
  readonly path: string
}

/** `[a,b]` makes an array of what its paths find, `{a,"name":b}` an object (GJSON path syntax, "Multipaths"). */
export function multipath(json: Json, path: string, get: Get): { json: Json; rest: string } | undefined {
  const open = path[0]
  if (open !== '[' && open !== '{') return undefined
  const parsed = selectorsOf(path)
  // Without its closing bracket it is read as the empty name, and what follows a bracket directly as a path of its own.
  if (parsed === undefined) return { json, rest: '.' }
  if (!/^([.|]|$)/.test(parsed.rest)) return { json, rest: `.${parsed.rest}` }
  const parts: string[] = []
  for (const selector of parsed.selectors) {
    const found = get(json, selector.path)
    if (found === '') continue
    parts.push(open === '{' ? `${nameOf(selector)}:${found}` : found)
  }
  return { json: open === '{' ? `{${parts.join(',')}}` : `[${parts.join(',')}]`, rest: parsed.rest }
}

function nameOf({ name, path }: Selector): Json {
  if (name.startsWith('"') && jsonIn(name) !== undefined) return name
  if (name !== '') return quoted(name)
  const last = lastPart(path)
  return quoted(isSimple(last) ? last : '_')
}

function lastPart(path: string): string {
  for (let at = path.length - 1; at >= 0; at--) {
    if ((path[at] === '|' || path[at] === '.') && path[at - 1] !== '\\') return path.slice(at + 1)
  }
  return path
}

function isSimple(part: string): boolean {
  return !Array.from(part).some((char) => char < ' ' || '[]{}()#|!'.includes(char))
}

function selectorsOf(path: string): { selectors: Selector[]; rest: string } | undefined {
  const selectors: Selector[] = []
  let depth = 1
  let start = 1
  let colon = 0
  let inModifier = false
  const push = (end: number) => {
    const name = colon === 0 ? '' : path.slice(start, colon)
    selectors.push({ name, path: path.slice(colon === 0 ? start : colon + 1, end) })
    start = end + 1
    colon = 0
    inModifier = false
  }
  for (let at = 1; at < path.length; at++) {
    const char = path.charAt(at)
    if (char === '\\') at++
    else if (char === '@') inModifier ||= '.|'.includes(path.charAt(at - 1))
    else if (char === ':' && !inModifier && colon === 0 && depth === 1) colon = at
    else if (char === ',' && depth === 1) push(at)
    else if (char === '"') at = endOfQuotes(path, at)
    else if ('[({'.includes(char)) depth++
    else if ('])}'.includes(char) && --depth === 0) {
      push(at)
      return { selectors, rest: path.slice(at + 1) }
    }
  }
  return undefined
}
