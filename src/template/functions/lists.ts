import type { Budget } from '../budget.ts'
import { FunctionError } from '../error.ts'
import { type Functions, fn, variadic } from '../function.ts'
import { toInt, toStrings, toText } from '../value/cast.ts'
import { any, list, nilIfEmpty, Slice, strings, type Value } from '../value/value.ts'
import { empty } from './defaults.ts'
import { itemsOf } from './items.ts'

const listOf = variadic([], any, (_, items) => list(items))

const append = fn([any, any], ([items, item], { budget }) => {
  budget.allocate(16 * itemsOf(items).length)
  return list([...itemsOf(items), item])
})

const prepend = fn([any, any], ([items, item], { budget }) => {
  budget.allocate(16 * itemsOf(items).length)
  return list([item, ...itemsOf(items)])
})

const first = fn([any], ([items]) => itemsOf(items).at(0) ?? null)
const last = fn([any], ([items]) => itemsOf(items).at(-1) ?? null)

const rest = fn([any], ([items], { budget }) => {
  const all = itemsOf(items)
  budget.allocate(16 * all.length)
  return new Slice('[]interface {}', all.slice(1), all.length === 0)
})

const initial = fn([any], ([items], { budget }) => {
  const all = itemsOf(items)
  budget.allocate(16 * all.length)
  return new Slice('[]interface {}', all.slice(0, -1), all.length === 0)
})

const reverse = fn([any], ([items], { budget }) => {
  budget.allocate(16 * itemsOf(items).length)
  return list(itemsOf(items).toReversed())
})

const compact = fn([any], ([items], { budget }) => {
  budget.allocate(16 * itemsOf(items).length)
  return list(itemsOf(items).filter((item) => !empty(item)))
})

const slice = variadic([any], any, ([items], [from, to], { budget }) => {
  const all = itemsOf(items)
  if (all.length === 0) return null
  const start = from === undefined ? 0 : Number(toInt(from))
  const end = to === undefined ? all.length : Number(toInt(to))
  if (start < 0 || end < start || end > all.length) throw new FunctionError('takes a part beyond the list')
  budget.allocate(16 * (end - start))
  return new Slice((items as Slice).type, all.slice(start, end))
})

const chunk = fn(['int', any], ([size, items], { budget }) => {
  const all = itemsOf(items)
  budget.allocate(32 * all.length)
  return new Slice('[][]interface {}', chunksOf(all, Number(size.value)).map(list))
})

/** Functions that make lists of lists. Each `must` twin is the same here: either way a bad argument is an error. */
export const listFunctions: Functions = {
  list: listOf,
  tuple: listOf,
  append,
  mustAppend: append,
  push: append,
  mustPush: append,
  prepend,
  mustPrepend: prepend,
  first,
  mustFirst: first,
  last,
  mustLast: last,
  rest,
  mustRest: rest,
  initial,
  mustInitial: initial,
  reverse,
  mustReverse: reverse,
  compact,
  mustCompact: compact,
  slice,
  mustSlice: slice,
  chunk,
  mustChunk: chunk,
  concat: variadic([], any, (_, lists, { budget }) => {
    budget.allocate(16 * lists.reduce<number>((sum, items) => sum + itemsOf(items).length, 0))
    return nilIfEmpty(list(lists.flatMap(itemsOf)))
  }),
  sortAlpha: fn([any], ([items], { budget }) => sorted(items, budget)),
}

/** As in sprig, a list of strings is sorted where it is: who holds it finds it sorted too. */
function sorted(items: Value, budget: Budget): Slice {
  if (!(items instanceof Slice)) return strings([toText(items, budget)])
  if (items.type === '[]string' && items.isNil) return items
  const texts = toStrings(items, budget)
  budget.step(texts.length * Math.ceil(Math.log2(texts.length + 1)))
  const result = texts.toSorted()
  if (items.type === '[]string') (items.items as Value[]).splice(0, Infinity, ...result)
  return strings(result)
}

function chunksOf(items: readonly Value[], size: number): Value[][] {
  if (size < 1) return chunksOfLess(items, size)
  const chunks: Value[][] = []
  for (let at = 0; at < items.length; at += size) chunks.push(items.slice(at, at + size))
  return chunks
}

/** A size below 1 means nothing, yet where sprig's reckoning comes to a number of chunks, they are given. */
function chunksOfLess(items: readonly Value[], size: number): Value[][] {
  const count = Math.floor((items.length - 1) / size) + 1
  if (count === 0) return []
  const isOne = items.length === 1 && size < -1
  if (!isOne) throw new FunctionError('makes chunks of 1 item or more')
  return [[...items]]
}
