import type { Budget } from '../budget.ts'
import { FunctionError } from '../error.ts'
import { type Functions, fn, variadic } from '../function.ts'
import { toText } from '../value/cast.ts'
import { any, dict, type GoMap, type GoString, list, strings, type Value } from '../value/value.ts'
import { dig } from './dig.ts'

const dictType = 'map[string]interface {}'

/** Functions that make maps and look into them. Keys come sorted, where Go gives them in any order. */
export const dictFunctions: Functions = {
  dict: variadic([], any, (_, keysAndValues, { budget }) => dictOf(keysAndValues, budget)),
  get: fn([dictType, 'string'], ([map, key]) => valueAt(map, key) ?? (has(map, key) ? null : '')),
  set: fn([dictType, 'string', any], ([map, key, value], { budget }) => {
    if (isNil(map)) throw new FunctionError('cannot set a key of nil')
    budget.allocate(32 + key.length)
    map.entries.set(key, value)
    return map
  }),
  unset: fn([dictType, 'string'], ([map, key]) => {
    if (isNil(map)) return dict()
    map.entries.delete(key)
    return map
  }),
  hasKey: fn([dictType, 'string'], ([map, key]) => has(map, key)),
  pluck: variadic(['string'], dictType, ([key], maps) =>
    list(maps.filter((map) => has(map, key)).map((map) => valueAt(map, key) ?? null)),
  ),
  keys: variadic([], dictType, (_, maps, { budget }) =>
    strings(maps.flatMap((map) => sortedKeys(map, budget))),
  ),
  values: fn([dictType], ([map], { budget }) =>
    list(sortedKeys(map, budget).map((key) => valueAt(map, key) ?? null)),
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

/** Go hands over nil, where a map is asked for, as a nil map. */
function isNil(map: GoMap | null): map is null {
  return map === null
}

function has(map: GoMap | null, key: GoString): boolean {
  return map?.entries.has(key) ?? false
}

function valueAt(map: GoMap | null, key: GoString): Value | undefined {
  return map?.entries.get(key)
}

function sortedKeys(map: GoMap | null, budget: Budget): GoString[] {
  const keys = [...(map?.entries.keys() ?? [])]
  budget.step(keys.length)
  budget.allocate(16 * keys.length)
  return keys.sort()
}

function filtered(map: GoMap | null, isKept: (key: GoString) => boolean, budget: Budget): GoMap {
  const entries = [...(map?.entries ?? [])]
  budget.step(entries.length)
  budget.allocate(32 * entries.length)
  return dict(new Map(entries.filter(([key]) => isKept(key))))
}
