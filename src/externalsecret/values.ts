import { failure } from '../api/reason.ts'
import { objectMembers, plainText } from './json-slices.ts'

/** What of a remote reference decides how a value is taken apart. */
export interface Part {
  readonly key: string
  readonly property?: string | undefined
}

/** Characters that mean something in a gjson path; a property with one of them is more than a key. */
const pathSyntax = /[.*?|#@\\!{}[\]]/
const longestKey = 253

/** The text of one item, or of one top-level key of it. Throws Failure KeyNotFound, InvalidSpec or UnexpectedResponse. */
export function valueOf(text: string, part: Part, path: string): string {
  return hasProperty(part) ? plainText(memberOf(text, part, part.property, path)) : text
}

/** Keys and their values, in the order of the item. */
export type Entries = readonly (readonly [key: string, text: string])[]

/** All top-level keys of an item, as keys of a Secret. */
export function entriesOf(text: string, part: Part, path: string): Entries {
  const entries = new Map<string, string>()
  for (const [name, value] of namedEntriesOf(text, part, path)) {
    const key = convertKey(name)
    if (key === '') continue
    if (key.length > longestKey) throw longKey(key, part, path)
    if (entries.has(key)) throw collision(key, part, path)
    entries.set(key, value)
  }
  return [...entries]
}

/** All top-level keys of an item under the names that they have there. */
export function namedEntriesOf(text: string, part: Part, path: string): Entries {
  return [...membersOf(wholeOrMember(text, part, path), part, path)].map(
    ([name, slice]) => [name, plainText(slice)] as const,
  )
}

function wholeOrMember(text: string, part: Part, path: string): string {
  return hasProperty(part) ? memberOf(text, part, part.property, path) : text
}

/** An empty property is none, as Go's zero value. */
function hasProperty(part: Part): part is Part & { readonly property: string } {
  return part.property !== undefined && part.property !== ''
}

/** ESO's conversion strategy `Default`: whatever a Secret's key may not hold becomes `_`. */
function convertKey(name: string): string {
  return name.replace(/[^-._a-zA-Z0-9]/gu, '_')
}

function memberOf(text: string, part: Part, property: string, path: string): string {
  const slice = membersOf(text, part, path).get(property)
  if (slice !== undefined) return slice
  if (pathSyntax.test(property)) {
    throw failure(
      'InvalidSpec',
      `Cannot read ${path}.property: "${property}" is a path into nested values, which this version does not support; name a top-level key`,
    )
  }
  throw failure(
    'KeyNotFound',
    `Cannot read ${path}: item "${part.key}" has no key "${property}"; correct property, or add the key to the item`,
  )
}

function membersOf(text: string, part: Part, path: string): Map<string, string> {
  const members = parsed(text)
  if (members !== undefined) return members
  throw failure(
    'KeyNotFound',
    `Cannot read ${path}: item "${part.key}" is not a JSON object, so it has no keys; read it whole, or store it as JSON`,
  )
}

/** The words of a SyntaxError would quote the value. */
function parsed(text: string): Map<string, string> | undefined {
  try {
    return objectMembers(text)
  } catch {
    return undefined
  }
}

function longKey(key: string, part: Part, path: string) {
  return failure(
    'InvalidSpec',
    `Cannot read ${path}: a key of item "${part.key}" has ${key.length} characters and a Secret's key holds at most ${longestKey}`,
  )
}

function collision(key: string, part: Part, path: string) {
  return failure(
    'InvalidSpec',
    `Cannot read ${path}: two keys of item "${part.key}" both become "${key}" in the Secret; rename one of them`,
  )
}
