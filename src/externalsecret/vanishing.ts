import { createHash } from 'node:crypto'
import type { ExternalSecret } from '../api/externalsecret.ts'
import { failure } from '../api/reason.ts'
import type { Failure } from '../std/failure.ts'
import type { Absences } from './absences.ts'
import { intervalMs } from './refresh.ts'
import type { VanishRecord } from './vanish-record.ts'

/** What `status.syncedStores` holds of the versions of all stores of a spec. */
export function storesDigest(version: string): string {
  return createHash('sha256').update(version).digest('hex').slice(0, 16)
}

const allowAnnotation = 'keyferry.io/allow-deletion'
const mostTogether = 5
const largestShare = 0.2
const leastWindowMs = 600_000

/** What is about to be taken away, and what speaks for it. */
export interface Vanishing {
  readonly object: ExternalSecret
  readonly absences: Absences
  /** How many keys the Secret would lose. */
  readonly keys: number
  /** What the stores were at the last good sync; undefined when nobody knows. */
  readonly goodStores: string | undefined
  /** What they are now, as a digest. */
  readonly stores: string | undefined
  readonly record: VanishRecord
  readonly nowMs: number
}

/**
 * Stops a sync that would take away what a mistake may only seem to have deleted (design section 3, difference 4):
 * the stores are not those of the last good sync, or more than 5 items and 20 % of a store vanish within one refresh.
 * What is held stays held until a person changes the spec or sets the annotation. Throws Failure DeletionHeld.
 */
export function refuseVanishing(vanishing: Vanishing): void {
  const { object, absences, keys } = vanishing
  const many = manyOf(vanishing)
  if (absences.count === 0 || keys === 0 || isReleased(object)) return
  if (many !== undefined) throw held(many)
  if (vanishing.goodStores !== vanishing.stores)
    throw held('the store or its identity is not known to be that of the last good sync')
  if (isHeld(object)) throw held('it was held before, and nobody has said since that it may go on')
}

/**
 * An empty answer to a find proves nothing: a role that lost the right to list sees an empty folder. Where keys would go
 * with it they are kept, whatever the deletionPolicy. Throws Failure DeletionHeld.
 */
export function refuseEmptyFind(
  object: ExternalSecret,
  emptyFinds: readonly string[],
  lostKeys: readonly string[],
): void {
  const [path] = emptyFinds
  if (path === undefined || lostKeys.length === 0 || isReleased(object)) return
  throw held(`${path} finds nothing any more, and ${lostKeys.length} keys would go with it`)
}

/** Why there are too many; each sight goes on record, whether it holds or not. */
function manyOf({ object, absences, keys, record, nowMs }: Vanishing): string | undefined {
  const windowMs = Math.max(leastWindowMs, intervalMs(object.spec))
  let many: string | undefined
  for (const asked of absences.asked) {
    const { title } = asked.store
    record.present(
      title,
      [...asked.items].filter((it) => !asked.missing.has(it)),
      nowMs,
    )
    if (asked.missing.size === 0) continue
    // An item that has been gone for long takes no key any more: what goes now is at most as many as there are keys.
    const gone = keys === 0 ? [] : asked.missing
    const together = record.vanished(title, gone, nowMs, windowMs)
    const here = { count: Math.min(asked.missing.size, keys), of: asked.items.size }
    if (isMany(here)) many = `${asked.missing.size} of ${here.of} items of ${title} are missing at once`
    else if (isMany(together)) many = `${together.count} of ${together.of} items of ${title} vanished of late`
  }
  return many
}

function isMany({ count, of }: { readonly count: number; readonly of: number }): boolean {
  return count > mostTogether && count > largestShare * of
}

function isReleased(object: ExternalSecret): boolean {
  if (object.metadata.annotations?.[allowAnnotation] === 'true') return true
  const generation = heldGenerationOf(object)
  return generation !== undefined && generation !== object.metadata.generation
}

function isHeld(object: ExternalSecret): boolean {
  return heldGenerationOf(object) !== undefined
}

/** The generation of which the last status says that it is held. */
function heldGenerationOf({ status }: ExternalSecret): number | undefined {
  const ready = status?.conditions?.find((it) => it.type === 'Ready')
  return ready?.reason === 'DeletionHeld'
    ? (ready.observedGeneration ?? status?.observedGeneration)
    : undefined
}

function held(why: string): Failure {
  return failure(
    'DeletionHeld',
    `Cannot take away what is missing at the provider: ${why}; check that the items are really gone, then annotate the ExternalSecret with ${allowAnnotation}: "true" or change its spec`,
  )
}
