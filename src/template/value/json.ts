import type { Budget } from '../budget.ts'
import { FunctionError } from '../error.ts'
import { bytesOf, runesOf } from './bytes.ts'
import { checkDepth } from './depth.ts'
import { JsonReader } from './json-reader.ts'
import { textOfBytes } from './print-scalar.ts'
import { GoMap, type GoString, Int, type Opaque, Slice, type Value } from './value.ts'

/** How JSON is written: Go's Marshal escapes `<`, `>` and `&`; an indent of `''` writes everything on one line. */
export interface JsonStyle {
  readonly escapeHtml: boolean
  readonly indent: GoString
}

/** An Opaque with a form of its own in JSON, as Go's MarshalJSON gives it. */
export interface JsonForm {
  jsonForm(): Value
}

/**
 * A value as Go's encoding/json writes it: keys sorted, bytes as base64, what is no UTF-8 as `\ufffd`. Throws
 * FunctionError where Go returns an error: no finite number, a map that holds itself, a type without a form.
 */
export function encodeJson(value: Value, style: JsonStyle, budget: Budget): GoString {
  return new JsonWriter(style, budget).write(value, 0)
}

/**
 * The value of a JSON text as Go's Unmarshal gives it to an empty interface: every number float64, the last of equal
 * keys. Throws FunctionError that names the byte at fault.
 */
export function decodeJson(text: GoString, budget: Budget): Value {
  return inRange(new JsonReader(text, budget), (it) => it.read())
}

/** The first value of a text, as Go's json.Decoder reads it: what follows is not looked at. Throws FunctionError. */
export function decodeFirstJson(text: GoString, budget: Budget): Value {
  return inRange(new JsonReader(text, budget), (it) => it.readFirst())
}

function inRange(reader: JsonReader, read: (reader: JsonReader) => Value): Value {
  const value = read(reader)
  if (reader.outOfRange) throw new FunctionError('holds a number beyond float64')
  return value
}

/** What Go's Unmarshal leaves behind where its error is ignored: nil for bad syntax and for a number beyond float64. */
export function decodeJsonLoosely(text: GoString, budget: Budget): Value {
  try {
    return new JsonReader(text, budget).read()
  } catch (error) {
    if (error instanceof FunctionError) return null
    throw error
  }
}

class JsonWriter {
  readonly #style: JsonStyle
  readonly #budget: Budget

  constructor(style: JsonStyle, budget: Budget) {
    this.#style = style
    this.#budget = budget
  }

  write(value: Value, level: number): GoString {
    this.#budget.step()
    if (value === null) return 'null'
    if (typeof value === 'boolean') return String(value)
    if (typeof value === 'string') return this.#string(value)
    if (typeof value === 'number') return numberText(value)
    if (value instanceof Int) return value.value.toString()
    checkDepth(level)
    if (value instanceof Slice) return this.#slice(value, level)
    if (value instanceof GoMap) return this.#map(value, level)
    return this.#opaque(value, level)
  }

  #opaque(value: Opaque, level: number): GoString {
    if (hasJsonForm(value)) return this.write(value.jsonForm(), level)
    if (value.integer !== undefined) return this.write(value.integer, level)
    const fields = value.fields()
    if (fields === undefined) throw new FunctionError(`${value.type} has no form in JSON`)
    return this.#members(
      [...fields].filter(([name]) => value.field(name) !== undefined),
      level,
    )
  }

  #string(value: GoString): GoString {
    const quoted = quoteJson(value, this.#style.escapeHtml)
    this.#budget.step(value.length >> 6)
    this.#budget.allocate(quoted.length)
    return quoted
  }

  #slice(slice: Slice, level: number): GoString {
    if (slice.isNil) return 'null'
    if (slice.type === '[]uint8') return this.#string(base64Of(slice, this.#budget))
    return this.#group(
      '[',
      slice.items.map((it) => this.write(it, level + 1)),
      ']',
      level,
    )
  }

  #map(map: GoMap, level: number): GoString {
    if (map.isNil) return 'null'
    return this.#members([...map.entries].sort(byKey), level)
  }

  #members(members: readonly Member[], level: number): GoString {
    const colon = this.#style.indent === '' ? ':' : ': '
    const written = members.map(([name, value]) => this.#string(name) + colon + this.write(value, level + 1))
    return this.#group('{', written, '}', level)
  }

  #group(open: string, parts: readonly GoString[], close: string, level: number): GoString {
    if (parts.length === 0) return open + close
    const { indent } = this.#style
    if (indent === '') return `${open}${parts.join(',')}${close}`
    this.#budget.allocate(parts.length * indent.length * (level + 1))
    const line = `\n${indent.repeat(level)}`
    return `${open}${line}${indent}${parts.join(`,${line}${indent}`)}${line}${close}`
  }
}

function hasJsonForm(value: Opaque): value is Opaque & JsonForm {
  return 'jsonForm' in value
}

type Member = readonly [name: GoString, value: Value]

/** Go strings compare by bytes, which are code units here. No key is there twice. */
function byKey([a]: Member, [b]: Member): number {
  return a < b ? -1 : 1
}

/** As JavaScript writes it, which is what encoding/json goes by, save for the sign of zero. */
function numberText(value: number): GoString {
  if (!Number.isFinite(value)) throw new FunctionError('a number that is not finite has no form in JSON')
  return Object.is(value, -0) ? '-0' : String(value)
}

function base64Of(bytes: Slice, budget: Budget): GoString {
  return bytesOf(textOfBytes(bytes, budget)).toString('base64')
}

const plain = /^[ !#-%'-;=?-[\]-\u007f]*$/
const plainWithHtml = /^[ !#-[\]-\u007f]*$/
const html = new Set(['<', '>', '&'].map((it) => it.charCodeAt(0)))
const short = new Map([
  [0x22, '\\"'],
  [0x5c, '\\\\'],
  [0x08, '\\b'],
  [0x0c, '\\f'],
  [0x0a, '\\n'],
  [0x0d, '\\r'],
  [0x09, '\\t'],
])

function quoteJson(value: GoString, escapeHtml: boolean): GoString {
  if ((escapeHtml ? plain : plainWithHtml).test(value)) return `"${value}"`
  let text = '"'
  for (const { rune, at, width } of runesOf(value)) {
    text += escapeOf(rune, width, escapeHtml) ?? value.slice(at, at + width)
  }
  return `${text}"`
}

/** Undefined for what stands for itself. U+2028 and U+2029 are escaped for JavaScript of old. */
function escapeOf(rune: number, width: number, escapeHtml: boolean): string | undefined {
  if (rune < 0x20 || rune === 0x22 || rune === 0x5c) return short.get(rune) ?? unicodeEscape(rune)
  if (escapeHtml && html.has(rune)) return unicodeEscape(rune)
  if (rune === 0x2028 || rune === 0x2029) return unicodeEscape(rune)
  return rune === 0xfffd && width === 1 ? '\\ufffd' : undefined
}

function unicodeEscape(rune: number): string {
  return `\\u${rune.toString(16).padStart(4, '0')}`
}
