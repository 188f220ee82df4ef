import { failure } from '../api/reason.ts'
import { plainText } from '../json/plain-text.ts'
import type { Json } from '../json/text.ts'
import type { Failure } from '../std/failure.ts'
import { objectIn } from './json-object.ts'
import type { RewriteStep } from './rewrite-step.ts'
import type { Entries } from './values.ts'

type Merge = NonNullable<RewriteStep['merge']>

/** Members of JSON objects as they were written, by name. */
type Members = Map<string, Json>

/**
 * Takes the values as JSON objects and merges their members: spread to keys of their own (Extract), or as one JSON
 * value beside what was there (JSON), in which numbers and inner objects stay as they were written. Throws Failure InvalidSpec
 * or KeyNotFound, which show no value.
 */
export function mergeValues(entries: Entries, merge: Merge, path: string): Entries {
  const { strategy = 'Extract', into = '' } = merge
  if (strategy === 'JSON' && into === '') throw refused(path, 'strategy JSON needs into')
  const members = mergedMembers(entries, merge, path)
  if (strategy === 'Extract') return [...members].map(([key, slice]) => [key, plainText(slice)] as const)
  return [...new Map(entries).set(into, jsonOf(members))]
}

function mergedMembers(entries: Entries, merge: Merge, path: string): Members {
  const values = new Map(entries)
  const merged: Members = new Map()
  const conflicts = new Set<string>()
  for (const key of inOrder(values, merge, path)) {
    for (const [name, slice] of membersOf(values.get(key) ?? '', key, path)) {
      if (merged.has(name)) conflicts.add(name)
      merged.set(name, slice)
    }
  }
  if (conflicts.size === 0 || merge.conflictPolicy === 'Ignore') return merged
  const names = [...conflicts].toSorted().map((it) => JSON.stringify(it))
  throw refused(
    path,
    `several items have ${names.join(', ')}; set conflictPolicy Ignore to have the last one win`,
  )
}

/** By name, and the keys of `priority` last, in their order: the last wins. */
function inOrder(values: ReadonlyMap<string, string>, merge: Merge, path: string): readonly string[] {
  const { priority = [], priorityPolicy } = merge
  const missing = priority.filter((it) => !values.has(it))
  if (missing.length > 0 && priorityPolicy !== 'IgnoreNotFound')
    throw refused(
      `${path}.priority`,
      `there is no key "${missing[0]}"; correct it, or set priorityPolicy IgnoreNotFound`,
    )
  const others = [...values.keys()].filter((it) => !priority.includes(it))
  return [...others.toSorted(), ...priority.filter((it) => values.has(it))]
}

function membersOf(text: string, key: string, path: string): Iterable<readonly [string, Json]> {
  const members = objectIn(text)
  if (members !== undefined) return members
  throw failure(
    'KeyNotFound',
    `Cannot apply ${path}: the value of "${key}" is not a JSON object, so it has no keys to merge`,
  )
}

function jsonOf(members: Members): string {
  const sorted = [...members].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${sorted.map(([name, slice]) => `${JSON.stringify(name)}:${slice}`).join(',')}}`
}

function refused(path: string, why: string): Failure {
  return failure('InvalidSpec', `Cannot apply ${path}: ${why}`)
}
