import { createHash } from 'node:crypto'
import { typeNamed, typeOf } from './item-types.ts'
import type { Item } from './schema.ts'

/** What a list or a description tells of an item, without its value. Small, for there are many: -1 is absent. */
export interface ItemFacts {
  /** As `typeNamed` takes it where that is known. */
  readonly type: string
  readonly id: number
  readonly version: number
  readonly modifiedMs: number
  readonly rotatedMs: number
  /** A digest of its tags; empty when they were not shown. */
  readonly tags: string
  /** The identity may list it and not read it, where that was shown. */
  readonly isDenied: boolean
}

/** A dynamic secret has no value that could change: its leases have. */
const dynamic = 'DYNAMIC_SECRET'

export function factsOf(item: Item): ItemFacts {
  return {
    type: typeOf(item),
    id: wholeOf(item.item_id),
    version: wholeOf(item.last_version),
    modifiedMs: timeOf(item.modification_date),
    rotatedMs: timeOf(item.last_rotation_date),
    tags: tagsOf(item.item_tags),
    isDenied: isDenied(item.client_permissions),
  }
}

/** Whether what was seen tells how the value is read: short views call a key by its algorithm only. */
export function isTold({ type }: ItemFacts): boolean {
  return type === dynamic || typeNamed(type) !== undefined
}

/** Each read would make something new. */
export function mints({ type }: ItemFacts): boolean {
  return type === dynamic
}

/** Whether facts tell of every change: a short view may leave out what they need. */
export function areWhole({ type, version, modifiedMs, rotatedMs }: ItemFacts): boolean {
  if (type === dynamic) return true
  return version >= 0 && modifiedMs >= 0 && (type !== 'ROTATED_SECRET' || rotatedMs >= 0)
}

/** Of the same item, and from before: Gateways and their caches are not all at the same moment. */
export function isOlder(facts: ItemFacts, than: ItemFacts): boolean {
  if (facts.id !== than.id) return false
  const [ours, theirs] = [facts.modifiedMs, than.modifiedMs]
  if (ours >= 0 && theirs >= 0 && ours !== theirs) return ours < theirs
  if (facts.version >= 0 && facts.version !== than.version) return facts.version < than.version
  return facts.rotatedMs >= 0 && facts.rotatedMs < than.rotatedMs
}

/** Whether two tell of the same value, as far as they tell. */
export function isSameVersion(a: ItemFacts, b: ItemFacts): boolean {
  const isSame = a.id === b.id && a.version === b.version
  return isSame && a.modifiedMs === b.modifiedMs && a.rotatedMs === b.rotatedMs
}

/**
 * A text that is equal as long as the value is; undefined where the facts do not tell, or a read would be denied. A
 * rotation may move the version, the date, or only its own date. A secret that never rotated has none.
 */
export function versionTextOf(facts: ItemFacts): string | undefined {
  if (mints(facts)) return 'minted'
  const { type, id, version, modifiedMs, rotatedMs } = facts
  if (!isTold(facts) || facts.isDenied || version < 0 || modifiedMs < 0) return undefined
  return [id, version, modifiedMs, ...(type === 'ROTATED_SECRET' ? [rotatedMs] : [])].join('/')
}

function wholeOf(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : -1
}

/** Every right brings that to list with it; what tells of neither says nothing that we understand. */
function isDenied(permissions: unknown): boolean {
  return Array.isArray(permissions) && permissions.includes('list') && !permissions.includes('read')
}

function timeOf(value: unknown): number {
  if (typeof value !== 'string') return -1
  const ms = Date.parse(value)
  // Go writes the year 1 for no time at all.
  return Number.isFinite(ms) && ms > 0 ? ms : -1
}

/** Go writes null for a list of none. */
function tagsOf(value: unknown): string {
  const tags = value === null ? [] : value
  if (!Array.isArray(tags)) return ''
  return createHash('sha256').update(JSON.stringify(tags)).digest('base64url').slice(0, 16)
}
