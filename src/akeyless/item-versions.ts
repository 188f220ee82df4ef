import { createHash } from 'node:crypto'
import type { Clock } from '../std/clock.ts'
import { Failure } from '../std/failure.ts'
import type { FindRequest, ItemRequest, Look } from '../store/provider.ts'
import type { IdentityItems } from './identity-items.ts'
import { mints, versionTextOf } from './item-facts.ts'
import { isOutage } from './outages.ts'
import type { Sighting } from './scout.ts'
import type { Session } from './session.ts'

export interface VersionsOptions {
  readonly session: Session
  readonly signal: AbortSignal
  readonly items: IdentityItems
  readonly clock: Clock
  readonly maxAgeMs: number
}

/** The versions of what is looked at, as `Provider.versions` says. */
export async function versionsOf(
  looks: readonly Look[],
  options: VersionsOptions,
): Promise<readonly (string | undefined)[]> {
  const { session, signal, items, clock, maxAgeMs } = options
  const sinceMs = clock.monotonic() - maxAgeMs
  const requests = looks.flatMap((it) => ('item' in it ? [it.item] : []))
  if (requests.some((it) => it.part === 'tags')) items.scout.lengthen()
  const names = [...new Set(requests.map((it) => it.key))]
  const [sightings, finds] = await Promise.all([
    items.scout.sight(names, { session, signal, sinceMs }),
    Promise.all(looks.flatMap((it) => ('find' in it ? [findVersion(it.find, options, sinceMs)] : []))),
  ])
  const byName = new Map(names.map((it, index) => [it, sightings[index]]))
  const found = finds.values()
  return looks.map((it) =>
    'item' in it ? itemVersion(it.item, byName.get(it.item.key)) : found.next().value,
  )
}

function itemVersion({ part = 'value' }: ItemRequest, sighting: Sighting): string | undefined {
  if (sighting instanceof Error) {
    if (isOutage(sighting)) throw sighting
    return undefined
  }
  if (sighting === undefined) return undefined
  if (part === 'value') return versionTextOf(sighting)
  return sighting.tags === '' ? undefined : `${sighting.id}/${sighting.tags}`
}

/** One text for the names that are found and all their versions. */
async function findVersion(
  request: FindRequest,
  { session, signal, items }: VersionsOptions,
  sinceMs: number,
): Promise<string | undefined> {
  const names = await namesFound(request, { session, signal, items, sinceMs })
  const digest = createHash('sha256')
  for (const name of names ?? []) {
    const facts = items.scout.known(name)
    const version = facts === undefined || mints(facts) ? undefined : versionTextOf(facts)
    if (version === undefined) return undefined
    digest.update(JSON.stringify([name, version]))
  }
  return names === undefined ? undefined : digest.digest('base64url')
}

/** Undefined for a find that cannot be made: the find itself says why. */
async function namesFound(
  request: FindRequest,
  { session, signal, items, sinceMs }: Omit<VersionsOptions, 'clock' | 'maxAgeMs'> & { sinceMs: number },
): Promise<readonly string[] | undefined> {
  try {
    return await items.found.get(request, session, { signal, sinceMs })
  } catch (error) {
    if (!(error instanceof Failure) || isOutage(error)) throw error
    return undefined
  }
}
