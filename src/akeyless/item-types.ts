import type { Failure } from '../std/failure.ts'
import type { Answer } from './http.ts'
import { CertificateValue, ClassicKeyValue, type Item, isJsonObject } from './schema.ts'
import { sortedJson } from './sorted-json.ts'

export interface ValueRequest {
  readonly name: string
  readonly version: number | undefined
  readonly ignoreCache: boolean
}

/** How the value of one type of item is asked for and taken from the answer. */
export interface ItemType {
  readonly command: string
  /** Whether one call may ask for many. */
  readonly isBatched?: boolean
  /** Whether `find` finds it; ESO finds neither certificates nor keys. */
  readonly isFound?: boolean
  body(request: ValueRequest): object
  /** The value as text; `wrong` makes the failure for an answer that has none. */
  text(answer: Answer, request: ValueRequest, wrong: (why: string) => Failure): string
}

const noObject = 'the answer is not a JSON object'
const emptyValue = 'its value is empty; give the item a value'

const shared = ({ version, ignoreCache }: ValueRequest) => ({
  ...(version !== undefined && { version }),
  ...(ignoreCache && { 'ignore-cache': 'true' }),
  json: false,
})

const staticSecret: ItemType = {
  command: 'get-secret-value',
  isBatched: true,
  isFound: true,
  body: (request) => ({ names: [request.name], ...shared(request) }),
  text({ body }, { name }, wrong) {
    if (!isJsonObject(body)) throw wrong(noObject)
    const value = valueIn(body, name)
    if (value === undefined || value === null) throw wrong('the answer does not hold this item')
    return textOf(value, wrong)
  },
}

/**
 * What an answer holds for a name; undefined for none. It may spell the name with the leading slash that the request
 * left out, or the other way round.
 */
export function valueIn(values: Readonly<Record<string, unknown>>, name: string): unknown {
  const key = [name, `/${name}`, name.replace(/^\//, '')].find((it) => Object.hasOwn(values, it))
  return key === undefined ? undefined : values[key]
}

const rotatedSecret: ItemType = {
  command: 'get-rotated-secret-value',
  isFound: true,
  body: (request) => ({ names: request.name, ...shared(request) }),
  text({ body }, _request, wrong) {
    if (!isJsonObject(body)) throw wrong(noObject)
    const value = innermost(body)
    if (isEmptyObject(value)) throw wrong(emptyValue)
    return textOf(value, wrong)
  },
}

/** What ESO takes: `value.payload`, else `value.target_value`, else `value`, else the whole. */
function innermost(body: Readonly<Record<string, unknown>>): unknown {
  if (!Object.hasOwn(body, 'value')) return body
  const { value } = body
  if (!isJsonObject(value)) return value
  const payload = ownOf(value, 'payload')
  return typeof payload === 'string' && payload !== '' ? payload : (ownOf(value, 'target_value') ?? value)
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

/** The key as PEM (or as its kind is written) in `key`; its certificate and its form for SSH where it has them. */
const classicKey: ItemType = {
  command: 'export-classic-key',
  body: (request) => ({ name: request.name, ...shared(request) }),
  text({ body }, _request, wrong) {
    const parsed = ClassicKeyValue.safeParse(body)
    if (!parsed.success) throw wrong('the answer holds no key')
    // Gateways spell the certificate in two ways; manifests need one, and it is that of certificates.
    const { certificatePem: certificate_pem, ...rest } = parsed.data
    const fields = Object.entries({ certificate_pem, ...rest })
    return JSON.stringify(Object.fromEntries(fields.filter(([, it]) => typeof it === 'string' && it !== '')))
  },
}

/** By `item_type`. What is not here cannot be read yet. */
const types: Readonly<Record<string, ItemType>> = {
  STATIC_SECRET: staticSecret,
  ROTATED_SECRET: rotatedSecret,
  CERTIFICATE: certificate,
  CLASSIC_KEY: classicKey,
}

export function typeNamed(name: string): ItemType | undefined {
  return Object.hasOwn(types, name) ? types[name] : undefined
}

/** The type of an item as `typeNamed` takes it. A classic key may be called by its algorithm; its details tell it. */
export function typeOf({
  item_type,
  item_general_info: info,
}: Pick<Item, 'item_type' | 'item_general_info'>): string {
  if (typeNamed(item_type) !== undefined || !isJsonObject(info)) return item_type
  return ownOf(info, 'classic_key_details') === undefined ? item_type : 'CLASSIC_KEY'
}

/**
 * Structured values arrive as objects where a Gateway parses them for us; they go on as their JSON. Nothing else is
 * taken for a value: numbers have lost their spelling, and an empty text (an error in ESO too) blanks a Secret.
 */
function textOf(value: unknown, wrong: (why: string) => Failure): string {
  if (value === '') throw wrong(emptyValue)
  if (typeof value === 'string') return value
  if (typeof value === 'object' && value !== null) return sortedJson(value)
  throw wrong(`its value is ${value === null ? 'null' : `a ${typeof value}`} and no text`)
}

function isEmptyObject(value: unknown): boolean {
  return isJsonObject(value) && Object.keys(value).length === 0
}
