/**
 * The members of a JSON object as slices of its own text, in the order written; the last of a repeated name wins, as
 * in JSON.parse. Needed because JSON.parse rounds long numbers, respells them and reorders integer-like names, and a
 * Secret must hold what was written. Gives undefined for any other JSON value; throws SyntaxError for what is no JSON.
 */
export function objectMembers(text: string): Map<string, string> | undefined {
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return scanMembers(text)
}

/** Walks text that JSON.parse has accepted: only strings and nesting have to be told apart. */
function scanMembers(text: string): Map<string, string> {
  const members = new Map<string, string>()
  let at = skipSpace(text, text.indexOf('{') + 1)
  while (text[at] === '"') {
    const nameEnd = endOfString(text, at)
    const name = JSON.parse(text.slice(at, nameEnd)) as string
    const valueStart = skipSpace(text, skipSpace(text, nameEnd) + 1)
    const valueEnd = endOfValue(text, valueStart)
    members.set(name, text.slice(valueStart, valueEnd).trimEnd())
    at = skipSpace(text, valueEnd)
    if (text[at] === ',') at = skipSpace(text, at + 1)
  }
  return members
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++
  return at
}

/** The index after the closing quote of the string that begins at `from`. */
function endOfString(text: string, from: number): number {
  let at = from + 1
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
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

/** The text of one member as a Secret takes it: strings without their quotes, null as empty, the rest as written. */
export function plainText(slice: string): string {
  if (slice.startsWith('"')) return JSON.parse(slice) as string
  return slice === 'null' ? '' : slice
}
