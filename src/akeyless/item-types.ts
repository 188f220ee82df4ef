import type { Failure } from '../std/failure.ts'
import type { Answer } from './http.ts'
import { CertificateValue, JsonObject } from './schema.ts'

export interface ValueRequest {
  readonly name: string
  readonly version: number | undefined
  readonly ignoreCache: boolean
}

/** How the value of one type of item is asked for and taken from the answer. */
export interface ItemType {
  readonly command: string
  body(request: ValueRequest): object
  /** The value as text; `wrong` makes the failure for an answer that has none. */
  text(answer: Answer, request: ValueRequest, wrong: (why: string) => Failure): string
}

const noObject = 'the answer is not a JSON object'

const shared = ({ version, ignoreCache }: ValueRequest) => ({
  ...(version !== undefined && { version }),
  ...(ignoreCache && { 'ignore-cache': 'true' }),
  json: false,
})

const staticSecret: ItemType = {
  command: 'get-secret-value',
  body: (request) => ({ names: [request.name], ...shared(request) }),
  text({ body }, { name }, wrong) {
    const parsed = JsonObject.safeParse(body)
    if (!parsed.success) throw wrong(noObject)
    // The answer may hold the name with the leading slash that the request left out, or the other way round.
    const key = [name, `/${name}`, name.replace(/^\//, '')].find((it) => Object.hasOwn(parsed.data, it))
    const value = key === undefined ? undefined : parsed.data[key]
    if (value === undefined || value === null) throw wrong('the answer does not hold this item')
    return textOf(value)
  },
}

const rotatedSecret: ItemType = {
  command: 'get-rotated-secret-value',
  body: (request) => ({ names: request.name, ...shared(request) }),
  text({ body }, _request, wrong) {
    const parsed = JsonObject.safeParse(body)
    if (!parsed.success) throw wrong(noObject)
    return textOf(innermost(parsed.data))
  },
}

/** What ESO takes: `value.payload`, else `value.target_value`, else `value`, else the whole. */
function innermost(body: Readonly<Record<string, unknown>>): unknown {
  const value = ownOf(body, 'value')
  if (value === undefined) return body
  const inner = JsonObject.safeParse(value)
  if (!inner.success) return value
  const payload = ownOf(inner.data, 'payload')
  return typeof payload === 'string' && payload !== ''
    ? payload
    : (ownOf(inner.data, 'target_value') ?? value)
}

function ownOf(object: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(object, key) && object[key] !== null ? object[key] : undefined
}

const certificate: ItemType = {
  command: 'get-certificate-value',
  body: (request) => ({ name: request.name, ...shared(request) }),
  text({ body }, _request, wrong) {
    const parsed = CertificateValue.safeParse(body)
    if (!parsed.success) throw wrong('the answer holds no certificate_pem')
    return JSON.stringify(parsed.data)
  },
}

/** By `item_type`. What is not here cannot be read yet. */
const types: Readonly<Record<string, ItemType>> = {
  STATIC_SECRET: staticSecret,
  ROTATED_SECRET: rotatedSecret,
  CERTIFICATE: certificate,
}

export function typeNamed(name: string): ItemType | undefined {
  return Object.hasOwn(types, name) ? types[name] : undefined
}

/** Structured values arrive as objects where a Gateway parses them for us; they go on as their JSON. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
