import { createHash } from 'node:crypto'
import type { Lease } from '../api/externalsecret-status.ts'

/** Keys of a Secret by the lease that they came from, a digest of its id. */
export type LeaseMark = ReadonlyMap<string, readonly string[]>

/** A lease as the mark calls it: what a provider calls it may be the name of the user that it made. */
export function leaseDigest({ id = '' }: Pick<Lease, 'id'>): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 16)
}

/** The mark as JSON; equal marks give equal text, in whatever order they were made. */
export function markText(mark: LeaseMark): string {
  return JSON.stringify(Object.fromEntries([...mark].toSorted(([a], [b]) => (a < b ? -1 : 1))))
}

/** What a mark says; nothing where somebody wrote something else. */
export function markIn(text: string | undefined): LeaseMark {
  // Most Secrets have none, and an error costs more than all the rest of a look at leases.
  const parsed = text === undefined ? undefined : parsedOrUndefined(text)
  if (typeof parsed !== 'object' || parsed === null) return new Map()
  const entries = Object.entries(parsed).flatMap(([lease, keys]: [string, unknown]) =>
    Array.isArray(keys) ? [[lease, keys.map(String)] as const] : [],
  )
  return new Map(entries)
}

function parsedOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
