import type { Budget } from '../budget.ts'
import { type Functions, fn, variadic } from '../function.ts'
import { toText } from '../value/cast.ts'
import { any, dict, type GoMap, type GoString, list, strings, type Value } from '../value/value.ts'
import { dig } from './dig.ts'

const dictType = 'map[string]interface {}'

/** Functions that make maps and look into them. Keys come sorted, where Go gives them in any order. */
export const dictFunctions: Functions = {
  dict: variadic([], any, (_, keysAndValues, { budget }) => dictOf(keysAndValues, budget)),
  get: fn([dictType, 'string'], ([map, key]) => map.entries.get(key) ?? (map.entries.has(key) ? null : '')),
  set: fn([dictType, 'string', any], ([map, key, value], { budget }) => {
    budget.allocate(32 + key.length)
    map.entries.set(key, value)
    return map
  }),
  unset: fn([dictType, 'string'], ([map, key]) => {
    map.entries.delete(key)
    return map
  }),
  hasKey: fn([dictType, 'string'], ([map, key]) => map.entries.has(key)),
  pluck: variadic(['string'], dictType, ([key], maps) =>
    list(maps.filter((map) => map.entries.has(key)).map((map) => map.entries.get(key) ?? null)),
  ),
  keys: variadic([], dictType, (_, maps, { budget }) =>
    strings(maps.flatMap((map) => sortedKeys(map, budget))),
  ),
  values: fn([dictType], ([map], { budget }) =>
    list(sortedKeys(map, budget).map((key) => map.entries.get(key) ?? null)),
  ),
  pick: variadic([dictType], 'string', ([map], keys, { budget }) => {
    const picked = new Set(keys)
    return filtered(map, (key) => picked.has(key), budget)
  }),
  omit: variadic([dictType], 'string', ([map], keys, { budget }) => {
    const omitted = new Set(keys)
    return filtered(map, (key) => !omitted.has(key), budget)
  }),
  dig,
}

function dictOf(keysAndValues: readonly Value[], budget: Budget): GoMap {
  budget.allocate(32 * keysAndValues.length)
  const made = dict()
  for (let index = 0; index < keysAndValues.length; index += 2) {
    const [key = null, value = ''] = keysAndValues.slice(index, index + 2)
    made.entries.set(toText(key, budget), value)
  }
  return made
}

function sortedKeys(map: GoMap, budget: Budget): GoString[] {
  const keys = [...map.entries.keys()]
  budget.step(keys.length)
  budget.allocate(16 * keys.length)
  return keys.sort()
}

function filtered(map: GoMap, isKept: (key: GoString) => boolean, budget: Budget): GoMap {
  const entries = [...map.entries]
  budget.step(entries.length)
  budget.allocate(32 * entries.length)
  return dict(new Map(entries.filter(([key]) => isKept(key))))
}
