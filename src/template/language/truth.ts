import { GoMap, integerOf, Slice } from '../value/value.ts'
import type { Result } from './result.ts'

/** What `if`, `and` and their kin take for true: whatever is not empty, zero or nil. */
export function isTrue(value: Result): boolean {
  if (typeof value === 'string') return value !== ''
  if (typeof value === 'boolean') return value
  if (value === null || value === undefined) return false
  if (typeof value === 'number') return value !== 0
  if (value instanceof GoMap) return value.entries.size > 0
  if (value instanceof Slice) return value.items.length > 0
  return integerOf(value)?.value !== 0n
}
