import type { PkiRequest } from './handle.ts'

/** The JSON object that came in; an empty one for anything else. */
export function jsonIn({ body }: PkiRequest): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** A member that is a text; an empty one for anything else. */
export function textIn(body: Readonly<Record<string, unknown>>, name: string): string {
  const value = body[name]
  return typeof value === 'string' ? value : ''
}
