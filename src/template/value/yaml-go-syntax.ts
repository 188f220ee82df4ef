import { goString, textOf } from './bytes.ts'
import { formatFloat } from './numbers.ts'
import { quote } from './quote.ts'
import type { YamlMap, YamlValue } from './yaml-decode.ts'
import type { YamlScalar } from './yaml-resolve.ts'

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

/** nil first, then equal types beside each other; which type comes first Go leaves to chance. */
function byKey(a: YamlScalar, b: YamlScalar): number {
  if (a === b) return 0
  if (a === null || b === null) return a === null ? -1 : 1
  if (typeof a !== typeof b) return typeof a < typeof b ? -1 : 1
  return a < b ? -1 : 1
}
