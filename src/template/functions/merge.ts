import type { Budget } from '../budget.ts'
import { FunctionError } from '../error.ts'
import { type Functions, type GoFunction, variadic } from '../function.ts'
import { checkDepth } from '../value/depth.ts'
import { dict, GoMap, type GoString, Opaque, type Value } from '../value/value.ts'
import { empty } from './defaults.ts'

const dictType = 'map[string]interface {}'

/** Functions that bring maps together in the first of them, as mergo does for sprig. */
export const mergeFunctions: Functions = {
  merge: quietly(merging(false)),
  mustMerge: merging(false),
  mergeOverwrite: merging(true),
  mustMergeOverwrite: merging(true),
}

interface Rules {
  /** A value of a source takes the place of one that is there already. */
  readonly overwrite: boolean
  readonly budget: Budget
}

/**
 * The first map is altered and is the result. Values of sources are not copied: a map that is new to the first one is
 * the same map in both.
 */
function merging(overwrite: boolean): GoFunction {
  return variadic([dictType], dictType, ([first], sources, { budget }) => {
    const into = first.isNil && !sources.every((it) => it.isNil) ? dict() : first
    for (const source of sources) mergeMap(into, source, { overwrite, budget }, 0)
    return into
  })
}

/** What mergo itself refuses; sprig drops its error, ESO then renders an empty text. */
class TypesDiffer extends FunctionError {}

function quietly(it: GoFunction): GoFunction {
  return {
    ...it,
    call(args, env) {
      try {
        return it.call(args, env)
      } catch (error) {
        if (env.compat === 'eso' && error instanceof TypesDiffer) return ''
        throw error
      }
    },
  }
}

function mergeMap(into: GoMap, source: GoMap, rules: Rules, depth: number): void {
  checkDepth(depth)
  rules.budget.step(source.entries.size)
  // The keys are taken first, for a map may be merged into another that it holds.
  const keys = [...source.entries.keys()]
  for (const key of keys) mergeEntry(into, source, key, rules, depth)
}

function mergeEntry(into: GoMap, source: GoMap, key: GoString, rules: Rules, depth: number): void {
  const there = into.entries.get(key)
  const value = source.entries.get(key) ?? null
  if (value === null) {
    if (rules.overwrite) put(into, source, key, rules)
    return
  }
  if (there instanceof GoMap && value instanceof GoMap && !there.isNil) {
    mergeMap(there, value, rules, depth + 1)
    // What is still empty has got nothing, and gives way to the source's own map.
    if (there.entries.size > 0) return
  }
  checkKinds(there, value, rules)
  if (rules.overwrite || there === undefined || empty(there)) put(into, source, key, rules)
}

function put(into: GoMap, source: GoMap, key: GoString, { budget }: Rules): void {
  if (into.type !== source.type && into.type !== dictType)
    throw new FunctionError('cannot put a value of any type into a map of text')
  budget.allocate(32)
  into.entries.set(key, source.entries.get(key) ?? null)
}

/** mergo refuses to fill what a pointer points to from a value of another type. */
function checkKinds(there: Value | undefined, value: Value, { overwrite }: Rules): void {
  if (overwrite || !(there instanceof Opaque) || there.kind !== 'ptr') return
  if (value instanceof GoMap || (value instanceof Opaque && value.kind === 'struct'))
    throw new TypesDiffer('cannot merge values of different types')
}
