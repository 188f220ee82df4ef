import type { Budget } from '../budget.ts'
import { FunctionError } from '../error.ts'
import { GoMap, Int, integerOf, Slice, typeOf, type Value } from '../value/value.ts'
import { zeroOf } from './zero.ts'

/** Go's `index`: `index x 1 "a"` is `x[1]["a"]`. Throws FunctionError. */
export function elementOf(item: Value, indexes: readonly Value[]): Value {
  if (item === null) throw new FunctionError('index of untyped nil')
  return indexes.reduce(elementAt, item)
}

function elementAt(item: Value, index: Value): Value {
  if (item === null) throw new FunctionError('index of nil pointer')
  if (item instanceof GoMap) return entryOf(item, index)
  if (item instanceof Slice) return item.items[indexWithin(index, item.items.length - 1)] ?? null
  if (typeof item === 'string') return byteAt(item, indexWithin(index, item.length - 1))
  throw new FunctionError(`can't index item of type ${typeOf(item)}`)
}

function byteAt(text: string, at: number): Int {
  return new Int('uint8', BigInt(text.charCodeAt(at)))
}

/** A key that is not there gives the zero of the element's type. */
function entryOf(map: GoMap, key: Value): Value {
  if (key === null) throw new FunctionError('value is nil; should be of type string')
  if (typeof key !== 'string') throw new FunctionError(`value has type ${typeOf(key)}; should be string`)
  return map.entries.get(key) ?? zeroOf(map.type.slice('map[string]'.length))
}

function indexWithin(index: Value, most: number): number {
  if (index === null) throw new FunctionError('cannot index slice/array with nil')
  const at = integerOf(index)?.value
  if (at === undefined) throw new FunctionError(`cannot index slice/array with type ${typeOf(index)}`)
  if (at < 0n || at > BigInt(most)) throw new FunctionError('index out of range')
  return Number(at)
}

/** Go's `slice`: `slice x 1 2` is `x[1:2]`. A list is taken to have no room beyond its length. Throws FunctionError. */
export function sliceOf(item: Value, indexes: readonly Value[], budget: Budget): Value {
  if (item === null) throw new FunctionError('slice of untyped nil')
  if (indexes.length > 3) throw new FunctionError(`too many slice indexes: ${indexes.length}`)
  if (typeof item === 'string' && indexes.length === 3)
    throw new FunctionError('cannot 3-index slice a string')
  const [begin, end] = bounds(indexes, lengthOfSliceable(item))
  budget.allocate(end - begin)
  if (typeof item === 'string') return item.slice(begin, end)
  if (item instanceof Slice) return new Slice(item.type, item.items.slice(begin, end))
  return null
}

function lengthOfSliceable(item: Value): number {
  if (typeof item === 'string') return item.length
  if (item instanceof Slice) return item.items.length
  throw new FunctionError(`can't slice item of type ${typeOf(item)}`)
}

function bounds(indexes: readonly Value[], length: number): readonly [begin: number, end: number] {
  const [begin = 0, end = length, room = length] = indexes.map((it) => indexWithin(it, length))
  if (begin > end || end > room) throw new FunctionError('invalid slice index')
  return [begin, end]
}

/** Go's `len`. Throws FunctionError. */
export function lengthOf(item: Value): number {
  if (typeof item === 'string') return item.length
  if (item instanceof Slice) return item.items.length
  if (item instanceof GoMap) return item.entries.size
  throw new FunctionError(item === null ? 'len of nil pointer' : `len of type ${typeOf(item)}`)
}
