import { FunctionError } from '../error.ts'
import { variadic } from '../function.ts'
import { any, GoMap, kindOf, type Value } from '../value/value.ts'

/** The value at a path of keys within maps of maps; a default, the argument before the map, where a key is missing. */
export const dig = variadic([], any, (_, args) => {
  if (args.length < 3) throw new FunctionError('takes keys, a default and a map')
  const [fallback = null, root = null] = args.slice(-2)
  let found: Value = root
  for (const key of checkedKeys(args.slice(0, -2), root)) {
    const value = mapOf(found).entries.get(key)
    if (value === undefined) return fallback
    found = value
  }
  return found
})

function checkedKeys(keys: readonly Value[], root: Value): string[] {
  mapOf(root)
  return keys.map((key) => {
    if (typeof key !== 'string') throw new FunctionError(`takes keys of kind string, not ${kindOf(key)}`)
    return key
  })
}

function mapOf(value: Value): GoMap {
  if (value instanceof GoMap && value.type === 'map[string]interface {}') return value
  throw new FunctionError(`looks into maps of string to any value, not into a value of kind ${kindOf(value)}`)
}
