import type { Budget } from '../budget.ts'
import { GoMap, Int, Opaque, Slice, typeOf, type Value } from './value.ts'

type Pair = readonly [a: Value, b: Value]

/** Go's reflect.DeepEqual: values of different types differ, and so does NaN from itself unless its list is the same. */
export function deepEqual(a: Value, b: Value, budget?: Budget): boolean {
  const open: Pair[] = [[a, b]]
  const seen = new Map<Value, Set<Value>>()
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    const [left, right] = pair
    if (typeOf(left) !== typeOf(right)) return false
    if (isComposite(left) && isKnown(left, right, seen)) continue
    const inner = partsToCompare(left, right)
    if (inner === undefined) return false
    budget?.step(inner.length)
    for (const it of inner) open.push(it)
  }
  return true
}

function isComposite(value: Value): boolean {
  return value instanceof Slice || value instanceof GoMap
}

/** Whether this pair is being compared or has been: values that hold themselves come back here. */
function isKnown(left: Value, right: Value, seen: Map<Value, Set<Value>>): boolean {
  const partners = seen.get(left) ?? new Set()
  if (left === right || partners.has(right)) return true
  seen.set(left, partners.add(right))
  return false
}

/** What must be equal for two values of one type to be equal; undefined when they differ for certain. */
function partsToCompare(left: Value, right: Value): Pair[] | undefined {
  if (left instanceof Slice && right instanceof Slice) return itemPairs(left, right)
  if (left instanceof GoMap && right instanceof GoMap) return entryPairs(left, right)
  if (left instanceof Int && right instanceof Int) return left.value === right.value ? [] : undefined
  if (left instanceof Opaque && right instanceof Opaque) return fieldPairs(left, right)
  return left === right ? [] : undefined
}

function itemPairs(left: Slice, right: Slice): Pair[] | undefined {
  if (left.isNil !== right.isNil || left.items.length !== right.items.length) return undefined
  if (left.items === right.items) return []
  return left.items.map((it, index) => [it, right.items[index] ?? null])
}

function entryPairs(left: GoMap, right: GoMap): Pair[] | undefined {
  if (left.entries.size !== right.entries.size || left.isNil !== right.isNil) return undefined
  const pairs: Pair[] = []
  for (const [key, value] of left.entries) {
    const other = right.entries.get(key)
    if (other === undefined) return undefined
    pairs.push([value, other])
  }
  return pairs
}

/** The fields, or where there are none to be seen what each is as text. */
function fieldPairs(left: Opaque, right: Opaque): Pair[] | undefined {
  if (left === right) return []
  const others = right.fields()
  const pairs = [...(left.fields() ?? [])].map(([name, value]): Pair => [value, others?.get(name) ?? null])
  return left.text() === right.text() ? pairs : undefined
}
