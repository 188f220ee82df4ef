import { failure } from '../api/reason.ts'
import type { Failure } from '../std/failure.ts'
import { objectIn, rawText } from './json-object.ts'
import { propertyOf } from './property.ts'

/** What of a remote reference decides which part of an item is meant. */
export interface Part {
  readonly key: string
  readonly property?: string | undefined
}

/** Keys and their values, in the order of the item. */
export type Entries = readonly (readonly [key: string, text: string])[]

/**
 * The text of one item, or of what a property of it leads to. Throws Failure KeyNotFound, or InvalidSpec for a path that
 * goes beyond bounds.
 */
export function valueOf(text: string, { key, property = '' }: Part, path: string): string {
  if (property === '') return text
  const value = found(text, property, path)
  if (value !== undefined) return value
  throw failure(
    'KeyNotFound',
    `Cannot read ${path}: item "${key}" has nothing at property "${property}"; correct property, or add it to the item`,
  )
}

/** The words of a RangeError are about the path: they hold no value. */
function found(text: string, property: string, path: string): string | undefined {
  try {
    return propertyOf(text, property)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw failure('InvalidSpec', `Cannot follow ${path}.property: ${error.message}`)
  }
}

/** All members of an item, or of the object that a property leads to, under the names that they have there. */
export function entriesOf(text: string, part: Part, path: string): Entries {
  const members = objectIn(valueOf(text, part, path))
  if (members === undefined) throw noObject(part, path)
  return [...members].map(([name, json]) => [name, rawText(json)] as const)
}

function noObject({ key, property = '' }: Part, path: string): Failure {
  const what = property === '' ? `item "${key}"` : `property "${property}" of item "${key}"`
  return failure(
    'KeyNotFound',
    `Cannot read ${path}: ${what} is not a JSON object, so it has no keys; read it whole, or store it as JSON`,
  )
}
