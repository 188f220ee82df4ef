import { endOfGroup } from './path.ts'
import type { Json } from './text.ts'

const words = ['true', 'false', 'null']

/** `!` stands before a JSON value that is meant as it is, for multipaths (GJSON path syntax, "Literals"). */
export function fixedValue(path: string): { json: Json; rest: string } | undefined {
  if (!path.startsWith('!')) return undefined
  const text = path.slice(1)
  if (/^[[{"\-+0-9]/.test(text)) return cut(text, endOfGroup(text, 0))
  const word = /^[^.|]*/.exec(text)?.[0] ?? ''
  return words.includes(word.toLowerCase()) ? cut(text, word.length) : undefined
}

function cut(text: string, end: number): { json: Json; rest: string } {
  return { json: text.slice(0, end), rest: text.slice(end) }
}
