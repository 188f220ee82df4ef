import type { FaultKind } from './faults.ts'

/** What came in; the body as text, unparsed. */
export interface Request {
  readonly method: string
  readonly path: string
  readonly body: string
}

/** What goes out; `delivery` says how, when it is not sent whole and at once. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly delivery?: FaultKind
}

/** As every call of the API is answered. */
export function json(status: number, value: unknown): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) }
}

/** As health checks and unknown paths are answered. */
export function plain(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body }
}
