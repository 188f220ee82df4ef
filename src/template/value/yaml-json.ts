import type { Budget } from '../budget.ts'
import { goString } from './bytes.ts'
import { checkDepth } from './depth.ts'
import { formatFloat } from './numbers.ts'
import { dict, GoMap, type GoString, list, type Value } from './value.ts'
import { goSyntax } from './yaml-go-syntax.ts'
import type { YamlScalar } from './yaml-resolve.ts'
import type { YamlMap, YamlValue } from './yaml-value.ts'

/** YAML that has no form in JSON, or not the form that was asked for. */
export class MappingFault extends Error {
  override readonly name = 'MappingFault'
  readonly goText: string

  constructor(message: string, goText: string) {
    super(message)
    this.goText = goText
  }
}

/** A document as Go's JSON decoder gives it to a map; nothing gives an empty one. Throws MappingFault. */
export function mapOfYaml(document: YamlValue, budget: Budget): GoMap {
  checkKeys(document, budget, 0)
  const value = jsonValue(document, budget, 0)
  if (value === null) return dict()
  if (value instanceof GoMap) return value
  throw wrongType('the document is no map', document, 'map[string]interface {}')
}

/** A document as Go's JSON decoder gives it to a map of strings, with scalars made text. Throws MappingFault. */
export function stringsOfYaml(document: YamlValue, budget: Budget): Map<GoString, GoString> {
  if (document === null) return new Map()
  checkKeys(document, budget, 0)
  jsonValue(document, budget, 0)
  if (!(document instanceof Map)) throw wrongType('the document is no map', document, 'map[string]string')
  return new Map(Array.from(document, ([key, value]) => [keyOf(key, value), textOfScalar(value)]))
}

function textOfScalar(value: YamlValue): GoString {
  if (value === null) return ''
  if (typeof value === 'object') throw wrongType('a value of the map is no text', value, 'string')
  return goString(typeof value === 'number' ? shortFloat(value) : String(value))
}

function wrongType(message: string, value: YamlValue, type: string): MappingFault {
  const words = `json: cannot unmarshal ${jsonKind(value)} into Go value of type ${type}`
  return new MappingFault(message, `error unmarshaling JSON: while decoding JSON: ${words}`)
}

function jsonKind(value: YamlValue): string {
  if (Array.isArray(value)) return 'array'
  if (value instanceof Map) return 'object'
  if (typeof value === 'string') return 'string'
  return typeof value === 'boolean' ? 'bool' : 'number'
}

/** Keys are at fault before any value is. */
function checkKeys(value: YamlValue, budget: Budget, level: number): void {
  budget.step()
  checkDepth(level)
  if (value instanceof Map) {
    for (const [key, item] of value) {
      keyOf(key, item)
      checkKeys(item, budget, level + 1)
    }
  } else if (Array.isArray(value)) {
    for (const item of value) checkKeys(item, budget, level + 1)
  }
}

/** By way of JSON every number becomes float64, and every key a string. */
function jsonValue(value: YamlValue, budget: Budget, level: number): Value {
  budget.step()
  checkDepth(level)
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'string') return goString(value)
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'number') return finite(value)
  if (value instanceof Map) return jsonMap(value, budget, level)
  return list(value.map((it) => jsonValue(it, budget, level + 1)))
}

/** In the order of the keys, as Go's encoder takes them: of two values at fault that tells which one is named. */
function jsonMap(map: YamlMap, budget: Budget, level: number): Value {
  const named = Array.from(map, ([key, value]) => [keyOf(key, value), value] as const)
  const entries = new Map<GoString, Value>()
  for (const [key, value] of named.toSorted(([a], [b]) => (a < b ? -1 : 1)))
    entries.set(key, jsonValue(value, budget, level + 1))
  return dict(entries)
}

function finite(value: number): number {
  if (Number.isFinite(value)) return value
  const text = Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
  throw new MappingFault(
    'holds a number that is not finite',
    `error converting YAML to JSON: json: unsupported value: ${text}`,
  )
}

/** sigs.k8s.io/yaml writes keys that are floats with the digits of a float32. */
function keyOf(key: YamlScalar, value: YamlValue): GoString {
  if (typeof key === 'string') return goString(key)
  if (typeof key === 'number') return shortFloat(key)
  if (key === null || (typeof key === 'bigint' && key >= 2n ** 63n)) throw unsupportedKey(key, value)
  return String(key)
}

function unsupportedKey(key: null | bigint, value: YamlValue): MappingFault {
  const [type, text] = key === null ? ['%!s(<nil>)', '<nil>'] : ['uint64', goSyntax(key)]
  const valueText = value === null ? '<nil>' : goSyntax(value)
  return new MappingFault(
    'holds a key that is neither text nor number',
    `error converting YAML to JSON: unsupported map key of type: ${type}, key: ${text}, value: ${valueText}`,
  )
}

/** The fewest digits that name the same float32. */
function shortFloat(value: number): GoString {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '.nan' : value > 0 ? '.inf' : '-.inf'
  const single = Math.fround(value)
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(single.toPrecision(digits))
    if (Math.fround(short) === single) return formatFloat(short, 'g', -1)
  }
  return formatFloat(single, 'g', -1)
}
