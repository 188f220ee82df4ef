import type { Budget } from '../budget.ts'
import { type Functions, fn, variadic } from '../function.ts'
import { deepEqual } from '../value/equal.ts'
import { any, list, type Value } from '../value/value.ts'
import { itemsOf } from './items.ts'

const has = fn([any, any], ([item, items], { budget }) =>
  items === null ? false : isIn(itemsOf(items), item, budget),
)

const without = variadic([any], any, ([items], omitted, { budget }) =>
  list(itemsOf(items).filter((item) => !isIn(omitted, item, budget))),
)

const uniq = fn([any], ([items], { budget }) => {
  const kept: Value[] = []
  for (const item of itemsOf(items)) if (!isIn(kept, item, budget)) kept.push(item)
  return list(kept)
})

/** Functions that look for items in lists, as Go's reflect.DeepEqual compares: 1 and "1" differ, int and int64 too. */
export const membershipFunctions: Functions = {
  has,
  mustHas: has,
  without,
  mustWithout: without,
  uniq,
  mustUniq: uniq,
}

function isIn(items: readonly Value[], item: Value, budget: Budget): boolean {
  budget.step(items.length)
  return items.some((other) => deepEqual(item, other))
}
