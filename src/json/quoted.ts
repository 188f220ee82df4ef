import type { Json } from './text.ts'

const shortEscapes: ReadonlyMap<string, string> = new Map([
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['"', '\\"'],
  ['\\', '\\\\'],
])

/** A text as a JSON string, written as Go's encoders do: `<`, `>`, `&` and the line separators as their codes. */
export function quoted(text: string): Json {
  let out = ''
  for (const char of text.toWellFormed())
    out += shortEscapes.get(char) ?? (needsCode(char) ? codeOf(char) : char)
  return `"${out}"`
}

function needsCode(char: string): boolean {
  return char < ' ' || '<>&\u2028\u2029'.includes(char)
}

function codeOf(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
}
