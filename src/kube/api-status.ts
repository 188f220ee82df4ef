import { ApiError } from './errors.ts'
import type { HttpResponse } from './transport.ts'

/** The parts of metav1.Status that are safe to show; `message` is not among them, it can quote values. */
interface StatusFacts {
  readonly reason: string
  readonly fields: readonly string[]
  /** Machine-readable reasons of the causes: `NamespaceTerminating`, `FieldValueInvalid`. */
  readonly causes: readonly string[]
  /** The resource that the answer is about, when it is not the one that was asked for: `namespaces`. */
  readonly resource: string | undefined
  readonly retryAfterSeconds: number | undefined
}

const none: StatusFacts = {
  reason: '',
  fields: [],
  causes: [],
  resource: undefined,
  retryAfterSeconds: undefined,
}
const maxFields = 8
const word = /^[A-Za-z]{1,64}$/
/** A field path as the API server writes them; what looks otherwise could be a value. */
const fieldPath = /^[\w.\-/[\]]{1,128}$/
/** A key in a field path that is no valid name: it is what the complaint is about, and not ours to repeat. */
const oddKey = /\[[^\]]*[^\]\w.\-/][^\]]*\]/g

/** The error for an answer that is no success. `asked` reads `get Secret shop/db`; no text of the answer gets in. */
export function apiErrorOf(asked: string, response: HttpResponse): ApiError {
  const facts = factsOf(parseJson(response.body))
  const seconds = secondsOf(response.headers['retry-after']) ?? facts.retryAfterSeconds
  return new ApiError(`Cannot ${asked}: ${wordsOf(response.status, facts)}`, {
    status: response.status,
    reason: facts.reason,
    retryAfterMs: seconds === undefined ? undefined : seconds * 1000,
    fields: facts.fields,
  })
}

/** The value of a JSON text, or undefined: the error of JSON.parse would quote the text. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A property of something unknown, or undefined. */
export function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}

/** Milliseconds of a Retry-After header in seconds; the API server never sends its date form. */
export function retryAfterMsOf(response: HttpResponse): number | undefined {
  const seconds = secondsOf(response.headers['retry-after'])
  return seconds === undefined ? undefined : seconds * 1000
}

function factsOf(status: unknown): StatusFacts {
  if (property(status, 'kind') !== 'Status') return none
  const details = property(status, 'details')
  const causes = property(details, 'causes')
  const list: readonly unknown[] = Array.isArray(causes) ? causes : []
  return {
    reason: matching(property(status, 'reason'), word) ?? '',
    fields: distinct(list.map((it) => fieldOf(property(it, 'field')))),
    causes: distinct(list.map((it) => matching(property(it, 'reason'), word))),
    resource: matching(property(details, 'kind'), word),
    retryAfterSeconds: secondsOf(property(details, 'retryAfterSeconds')),
  }
}

function wordsOf(status: number, facts: StatusFacts): string {
  const inner = [facts.reason, ...facts.causes].filter((it) => it !== '').join(', ')
  const where = facts.fields.length === 0 ? '' : `, fields are ${facts.fields.join(', ')}`
  return `status is ${status}${inner === '' ? '' : ` (${inner})`}${where}${adviceFor(status, facts)}`
}

function adviceFor(status: number, { causes, resource }: StatusFacts): string {
  if (status >= 300 && status < 400) return ', a redirect is not followed: check the server address'
  if (status === 401) return ', the credential was refused'
  if (status === 403 && causes.length === 0) return ', check the RBAC rules of this identity'
  if (status === 404 && resource === 'namespaces') return ', there is no such namespace'
  if (status === 404 && resource === undefined) return ', the API server does not serve this kind'
  return ''
}

function fieldOf(value: unknown): string | undefined {
  return typeof value === 'string' ? matching(value.replaceAll(oddKey, '[]'), fieldPath) : undefined
}

function distinct(values: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(values.filter((it) => it !== undefined))].slice(0, maxFields)
}

function matching(value: unknown, pattern: RegExp): string | undefined {
  return typeof value === 'string' && pattern.test(value) ? value : undefined
}

function secondsOf(value: unknown): number | undefined {
  const seconds = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN
  return seconds >= 0 && seconds <= 86_400 ? seconds : undefined
}
