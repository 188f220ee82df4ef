import { endOfQuotes } from './path.ts'

/** `#(path op value)`, with `isAll` where a second `#` asks for every match. */
export interface Query {
  readonly isAll: boolean
  readonly path: string
  readonly op: string
  readonly value: string
}

const nothing: Query = { isAll: false, path: '', op: '', value: '' }
const operators = ['!=', '!%', '<=', '>=', '==', '<', '>', '=', '%'] as const

/** The query at the beginning of a path and the index after its bracket; no index when the bracket is never closed. */
export function parseQuery(path: string): { query: Query; end: number | undefined } {
  const { close, operatorAt } = boundsOf(path)
  if (close === undefined) return { query: nothing, end: undefined }
  const isAll = path[close + 1] === '#'
  const end = close + 1
  if (operatorAt === undefined)
    return { query: { ...nothing, isAll, path: path.slice(2, close).trim() }, end }
  return {
    query: { isAll, path: path.slice(2, operatorAt).trim(), ...comparison(path.slice(operatorAt, close)) },
    end,
  }
}

function boundsOf(path: string): { close: number | undefined; operatorAt: number | undefined } {
  let operatorAt: number | undefined
  let depth = 1
  for (let at = 2; at < path.length; at++) {
    const char = path.charAt(at)
    if (depth === 1 && operatorAt === undefined && '!=<>%'.includes(char)) operatorAt = at
    else if (char === '\\') at++
    else if (char === '[' || char === '(') depth++
    else if ((char === ']' || char === ')') && --depth === 0) return { close: at, operatorAt }
    else if (char === '"') at = endOfQuotes(path, at)
  }
  return { close: undefined, operatorAt }
}

function comparison(written: string): { op: string; value: string } {
  const text = written.trim()
  const found = operators.find((it) => text.startsWith(it)) ?? ''
  const op = text.length === 1 ? text : found
  return { op: op === '==' ? '=' : op, value: unquoted(text.slice(op.length).trim()) }
}

function unquoted(value: string): string {
  if (value.length < 2 || !value.startsWith('"') || !value.endsWith('"')) return value
  try {
    return JSON.parse(value) as string
  } catch {
    return value.slice(1, -1)
  }
}
