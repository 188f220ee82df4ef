import type { Budget } from '../budget.ts'
import { FunctionError } from '../error.ts'
import { type Functions, fn } from '../function.ts'
import { checkDepth } from '../value/depth.ts'
import { any, GoMap, Slice, type Value } from '../value/value.ts'
import { Version } from './semver-object.ts'

const deepCopy = fn([any], ([value], { budget }) => {
  if (value === null) throw new FunctionError('cannot copy nil')
  return copied(value, budget, 0)
})

/** The function that copies maps and lists through and through; a cycle of maps is an error. */
export const copyFunctions: Functions = { deepCopy, mustDeepCopy: deepCopy }

function copied(value: Value, budget: Budget, depth: number): Value {
  checkDepth(depth)
  if (value instanceof Slice) {
    charge(value.items.length, budget)
    return new Slice(
      value.type,
      value.items.map((item) => copied(item, budget, depth + 1)),
      value.isNil,
    )
  }
  if (value instanceof Version) return value.copied()
  if (!(value instanceof GoMap) || value.isNil) return value
  charge(value.entries.size, budget)
  const entries = [...value.entries].map(([key, item]) => [key, copied(item, budget, depth + 1)] as const)
  return new GoMap(value.type, new Map(entries))
}

function charge(items: number, budget: Budget): void {
  budget.step(items)
  budget.allocate(32 * items)
}
