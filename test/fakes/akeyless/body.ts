import { invalidBody } from './errors.ts'

/** The JSON object of a request; wire keys are kebab-case. */
export type Body = Readonly<Record<string, unknown>>

/** Throws a Refusal 400 when the text is not one JSON object. */
export function parseBody(text: string): Body {
  if (text === '') throw invalidBody('EOF')
  const value = parsed(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidBody('not a JSON object')
  return value as Body
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalidBody('not valid JSON')
  }
}

/** A string field, or undefined when it is absent or empty. */
export function text(body: Body, key: string): string | undefined {
  const value = body[key]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A string field that must be there; throws a Refusal 400. */
export function required(body: Body, key: string): string {
  const value = text(body, key)
  if (value === undefined) throw invalidBody(`${key} is required`)
  return value
}

/** A list of strings; one bare string counts as a list of one. */
export function texts(body: Body, key: string): readonly string[] {
  const value = body[key]
  if (typeof value === 'string') return value === '' ? [] : [value]
  return Array.isArray(value) ? value.filter((it) => typeof it === 'string') : []
}

/** A flag as `true` or as the word that some commands take. */
export function flag(body: Body, key: string): boolean {
  return body[key] === true || body[key] === 'true'
}

/** A whole number, also as text; `fallback` when it is absent. Throws a Refusal 400 for anything else. */
export function whole(body: Body, key: string, fallback: number): number {
  const value = body[key]
  if (value === undefined || value === null || value === '') return fallback
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw invalidBody(`${key} is not a whole number`)
  return number
}
