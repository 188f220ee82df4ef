/**
 * A JSON value as it was written: a slice of the text it came from, without space around it. Empty for "there is no such
 * value". JSON.parse would round long numbers, respell them and reorder integer-like names, and a Secret must hold what
 * was written.
 */
export type Json = string

/** One member of an object; `rawName` still has its quotes and escapes. */
export interface Member {
  readonly rawName: Json
  readonly name: string
  readonly value: Json
}

/** The value in a text that is JSON; undefined when it is not. A SyntaxError's words would quote it. */
export function jsonIn(text: string): Json | undefined {
  try {
    JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
  return asRead(text)
}

/** The value a text begins with. Space after an object or an array stays: it is part of what was written. */
export function asRead(text: string): Json {
  const json = text.trimStart()
  if (isObject(json) || isArray(json)) return json
  return isString(json) ? json.slice(0, endOfString(json, 0)) : (/^[^\s,\]}]*/.exec(json)?.[0] ?? '')
}

/** By its first character: the text is known to be JSON. */
export const isObject = (json: Json): boolean => json.startsWith('{')
/** By its first character, as above. */
export const isArray = (json: Json): boolean => json.startsWith('[')
/** By its first character, as above. */
export const isString = (json: Json): boolean => json.startsWith('"')

/** The members of an object in the order written, repeated names included; none for any other value. */
export function* membersOf(json: Json): Generator<Member> {
  if (!isObject(json)) return
  let at = skipSpace(json, 1)
  while (json[at] === '"') {
    const nameEnd = endOfString(json, at)
    const rawName = json.slice(at, nameEnd)
    const start = skipSpace(json, skipSpace(json, nameEnd) + 1)
    const end = endOfValue(json, start)
    yield { rawName, name: stringIn(rawName), value: json.slice(start, end).trimEnd() }
    at = nextItem(json, end)
  }
}

/** The elements of an array; none for any other value. */
export function* elementsOf(json: Json): Generator<Json> {
  if (!isArray(json)) return
  let at = skipSpace(json, 1)
  while (at < json.length && json[at] !== ']') {
    const end = endOfValue(json, at)
    // Only in what is no JSON does a value have no length.
    if (end === at) return
    yield json.slice(at, end).trimEnd()
    at = nextItem(json, end)
  }
}

/** The text of a JSON string. A surrogate without its other half becomes U+FFFD, as Go makes it. */
export function stringIn(raw: Json): string {
  return raw.includes('\\') ? (JSON.parse(raw) as string).toWellFormed() : raw.slice(1, -1)
}

/** The index after the closing quote of the string that begins at `from`; the text's end when it has none. */
export function endOfString(text: string, from: number): number {
  let at = from + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return Math.min(at + 1, text.length)
}

/** The index of the `,` or the closing bracket that ends the value beginning at `from`. */
function endOfValue(text: string, from: number): number {
  let depth = 0
  let at = from
  while (at < text.length) {
    const char = text[at]
    if (char === '"') {
      at = endOfString(text, at)
      continue
    }
    if (depth === 0 && (char === ',' || char === '}' || char === ']')) return at
    if (char === '{' || char === '[') depth++
    if (char === '}' || char === ']') depth--
    at++
  }
  return at
}

function nextItem(text: string, end: number): number {
  const at = skipSpace(text, end)
  return text[at] === ',' ? skipSpace(text, at + 1) : at
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++
  return at
}
