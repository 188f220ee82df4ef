import { goString, textOf } from './bytes.ts'
import { formatFloat } from './numbers.ts'
import { quote } from './quote.ts'
import type { YamlScalar } from './yaml-resolve.ts'
import type { YamlMap, YamlValue } from './yaml-value.ts'

/** A value in Go's own syntax (`%#v`), which go-yaml shows of a key that cannot be one. */
export function goSyntax(value: YamlValue): string {
  if (value === null) return 'interface {}(nil)'
  if (typeof value === 'string') return textOf(quote(goString(value)))
  if (typeof value === 'number') return formatFloat(value, 'g', -1)
  if (typeof value === 'bigint') return value < 2n ** 63n ? String(value) : `0x${value.toString(16)}`
  if (typeof value !== 'object') return String(value)
  if (value instanceof Map) return mapSyntax(value)
  return `[]interface {}{${value.map(goSyntax).join(', ')}}`
}

function mapSyntax(map: YamlMap): string {
  const keys = [...map.keys()].sort(byKey)
  const entries = keys.map((key) => `${goSyntax(key)}:${goSyntax(map.get(key) ?? null)}`)
  return `map[interface {}]interface {}{${entries.join(', ')}}`
}

const ranks = ['string', 'boolean', 'bigint', 'number']

/** nil first, then type by type. Go orders the types by where they lie in memory: so they do in ESO's engine here. */
function byKey(a: YamlScalar, b: YamlScalar): number {
  if (a === b) return 0
  if (a === null || b === null) return a === null ? -1 : 1
  if (typeof a !== typeof b) return ranks.indexOf(typeof a) - ranks.indexOf(typeof b)
  return a < b ? -1 : 1
}
