import { hash } from 'node:crypto'
import type { ExternalSecret, ExternalSecretSpec } from '../api/externalsecret.ts'
import type { StatusCondition } from '../api/meta.ts'
import type { ObjectMeta } from '../kube/object.ts'
import { parseDuration } from '../std/duration.ts'
import { Recent } from '../std/recent.ts'
import { drawOf } from './draw.ts'
import type { Memory } from './memory.ts'
import { permittedFrom } from './sync-windows.ts'

const defaultIntervalMs = 3_600_000
const leastIntervalMs = 1000
/** No hexadecimal digit, so that no digest of templates begins with it. */
const storesMark = 's'
/** Thousands of objects read from the same few. */
const storesDigests = new Recent<string, string>(1000)
const forceSyncAnnotations = ['force-sync', 'external-secrets.io/force-sync']

/** Why the values must be read now; undefined when they need not be. */
export type Due =
  | 'never synced'
  | 'last sync failed'
  | 'spec or metadata changed'
  | 'templates changed'
  | 'store changed'
  | 'interval'
  | undefined

export interface RefreshFacts {
  readonly object: ExternalSecret
  readonly memory: Memory | undefined
  readonly storeVersion: string
  /** What `originsVersion` gives. */
  readonly sourcesVersion: string
  readonly nowMs: number
}

/** Whether a refresh is due (research of ESO, section 5.2 step 8, with the differences of design section 3). */
export function dueOf(facts: RefreshFacts): Due {
  const { object, memory, nowMs } = facts
  const lastMs = lastRefreshMs(object, memory)
  if (lastMs === undefined) return 'never synced'
  const { refreshPolicy } = object.spec
  if (refreshPolicy === 'CreatedOnce') return undefined
  const change = changeOf(object, facts.sourcesVersion)
  if (change !== undefined) return change
  if (hasFailed(object) && isWindowOpen(object, nowMs)) return 'last sync failed'
  if (refreshPolicy === 'OnChange') return undefined
  if (isOtherStore(facts)) return 'store changed'
  return isIntervalOver(object, lastMs, nowMs) ? 'interval' : undefined
}

/** The status says what the last sync was made for, so that a change while no manager ran is found too. */
function changeOf(object: ExternalSecret, sourcesVersion: string): Due {
  const stated = statedOrigins(object)
  if (stated === undefined) return 'spec or metadata changed'
  return stated.templates === originsIn(sourcesVersion).templates ? undefined : 'templates changed'
}

/** After a restart the status says what the stores were; one of an older release does not, and then nobody knows. */
function isOtherStore({ object, memory, storeVersion, sourcesVersion }: RefreshFacts): boolean {
  if (memory !== undefined) return memory.storeVersion !== storeVersion
  const stores = statedOrigins(object)?.stores
  return stores !== undefined && stores !== originsIn(sourcesVersion).stores
}

interface Origins {
  readonly templates: string
  readonly stores: string | undefined
}

/** What the last sync was made of; undefined when that was another spec, or other metadata. */
function statedOrigins({ metadata, status }: ExternalSecret): Origins | undefined {
  const own = syncedVersionOf(metadata, '')
  const synced = status?.syncedResourceVersion
  return synced?.startsWith(own) === true ? originsIn(synced.slice(own.length)) : undefined
}

function originsIn(version: string): Origins {
  const parts = version.split('-').filter((it) => it !== '')
  return {
    templates: parts.filter((it) => !it.startsWith(storesMark)).join('-'),
    stores: parts.find((it) => it.startsWith(storesMark)),
  }
}

/** A refresh in the future is that of a clock which was wrong: it would put off the next one for as long. */
function isIntervalOver(object: ExternalSecret, lastMs: number, nowMs: number): boolean {
  const delayMs = jitteredIntervalMs(object)
  if (delayMs === undefined) return false
  return lastMs > nowMs || (nowMs >= lastMs + delayMs && isWindowOpen(object, nowMs))
}

/** What is tried again after a good sync is a refresh by the clock, too: it may change the Secret as that would. */
function isWindowOpen({ spec }: ExternalSecret, nowMs: number): boolean {
  return permittedFrom(spec.syncWindows, nowMs) === nowMs
}

/**
 * True when a refresh failed that is to be tried again once a sync window opens: until then its failure stands. That
 * the store could not be used stands no longer than it is so.
 */
export function waitsForWindow(object: ExternalSecret, nowMs: number): boolean {
  const failed = object.status?.conditions?.filter((it) => isFailed(it)) ?? []
  return failed.some((it) => it.reason !== 'StoreNotReady') && !isWindowOpen(object, nowMs)
}

/** Milliseconds until the next interval refresh that the sync windows permit; undefined when there is none. */
export function nextRefreshMs(object: ExternalSecret, lastMs: number, nowMs: number): number | undefined {
  if ((object.spec.refreshPolicy ?? 'Periodic') !== 'Periodic') return undefined
  const delayMs = jitteredIntervalMs(object)
  if (delayMs === undefined) return undefined
  const atMs = permittedFrom(object.spec.syncWindows, Math.max(nowMs, lastMs + delayMs))
  return atMs === undefined ? undefined : atMs - nowMs
}

/** When the values were last read, from memory or else from the status. */
export function lastRefreshMs(object: ExternalSecret, memory: Memory | undefined): number | undefined {
  const stated = Date.parse(object.status?.refreshTime ?? '')
  return memory?.refreshedAtMs ?? (Number.isNaN(stated) ? undefined : stated)
}

/** Whether the values are read once, or once for each spec, whatever becomes of them at the provider. */
export function isReadOnce({ spec }: ExternalSecret): boolean {
  return spec.refreshPolicy === 'CreatedOnce' || spec.refreshPolicy === 'OnChange'
}

/** The interval in milliseconds; 0 turns interval refreshes off. Text that is no duration is refused by the rules. */
export function intervalMs(spec: ExternalSecretSpec): number {
  const ms = parseDuration(spec.refreshInterval ?? '') ?? defaultIntervalMs
  // Somebody who writes 10ms for 10m would have the Gateway refuse everybody's calls.
  return ms > 0 ? Math.max(leastIntervalMs, ms) : ms
}

/** Each object refreshes at its own 90 to 100 % of the interval, so that what began together drifts apart. */
function jitteredIntervalMs(object: ExternalSecret): number | undefined {
  const interval = intervalMs(object.spec)
  if (interval <= 0) return undefined
  return interval * (0.9 + 0.1 * drawOf(object.metadata.uid))
}

/** What a sync is made of beside the object: the version of the templates of other objects, and that of the stores. */
export function originsVersion(templates: string, stores: string): string {
  const digest = `${storesMark}${digestOfStores(stores)}`
  return templates === '' ? digest : `${templates}-${digest}`
}

function digestOfStores(stores: string): string {
  const known = storesDigests.get(stores)
  if (known !== undefined) return known
  const digest = hash('sha256', stores).slice(0, 16)
  storesDigests.set(stores, digest)
  return digest
}

/**
 * ESO's form of `status.syncedResourceVersion`, the generation and a digest of labels and annotations; and what
 * `originsVersion` gives.
 */
export function syncedVersionOf(metadata: ObjectMeta, sourcesVersion: string): string {
  const marks = JSON.stringify([sorted(metadata.labels), sorted(metadata.annotations)])
  const own = `${metadata.generation ?? 0}-${hash('sha3-224', marks)}`
  return sourcesVersion === '' ? own : `${own}-${sourcesVersion}`
}

/** The value of the annotation by which people and Argo CD ask for a refresh. */
export function forceSyncOf(metadata: ObjectMeta): string | undefined {
  for (const name of forceSyncAnnotations) {
    const value = metadata.annotations?.[name]
    if (value !== undefined) return value
  }
  return undefined
}

/** Whether that asks for a refresh which nobody has made yet. */
export function isForceSyncNew({ metadata, status }: ExternalSecret): boolean {
  const asked = forceSyncOf(metadata)
  return asked !== undefined && asked !== status?.lastHandledForceSync
}

/**
 * True when the status tells of another time than now: of an older generation, a failure or a suspension. What reads
 * its values only once has no refresh that would bring the status up to date.
 */
export function isStatusBehind(object: ExternalSecret): boolean {
  const { observedGeneration, conditions = [] } = object.status ?? {}
  const isOlder = observedGeneration !== undefined && observedGeneration !== object.metadata.generation
  return isOlder || hasFailed(object) || conditions.some((it) => it.type === 'Suspended')
}

function hasFailed(object: ExternalSecret): boolean {
  const conditions = object.status?.conditions ?? []
  return conditions.some((it) => isFailed(it))
}

function isFailed({ type, status }: StatusCondition): boolean {
  return ['Ready', 'LastSyncSucceeded'].includes(type) && status !== 'True'
}

function sorted(values: Readonly<Record<string, string>> | undefined): [string, string][] {
  return Object.entries(values ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1))
}
