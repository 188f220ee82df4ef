import type { Input } from './render-options.ts'
import { goString, ofBytes } from './value/bytes.ts'
import { dict, GoMap, int, list, type Value } from './value/value.ts'

/** The dot of a template: `map[string]string` where all is text, as ESO gives it, else a map of any values. */
export function dotOf(data: ReadonlyMap<string, Input>): GoMap {
  const entries = entriesOf(data)
  const isText = [...entries.values()].every((it) => typeof it === 'string')
  return isText ? new GoMap('map[string]string', entries) : dict(entries)
}

function entriesOf(data: ReadonlyMap<string, Input>): Map<string, Value> {
  return new Map([...data].map(([key, value]) => [goString(key), valueOf(value)]))
}

function valueOf(input: Input): Value {
  if (typeof input === 'string') return goString(input)
  if (typeof input === 'boolean') return input
  if (typeof input === 'number') return Number.isSafeInteger(input) ? int(input) : input
  if (input instanceof Uint8Array) return ofBytes(input)
  if (isMap(input)) return dict(entriesOf(input))
  return list(input.map(valueOf))
}

function isMap(input: readonly Input[] | ReadonlyMap<string, Input>): input is ReadonlyMap<string, Input> {
  return input instanceof Map
}
