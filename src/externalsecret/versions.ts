import { hash } from 'node:crypto'
import type { OpenedStore } from '../store/open.ts'
import type { Look, LookOptions } from '../store/provider.ts'
import { drawOf } from './draw.ts'
import { creationPolicyOf } from './policies.ts'
import { intervalMs, isReadOnce } from './refresh.ts'
import type { Run } from './run.ts'
import { looksOf } from './wanted.ts'

/** Whatever versions say, values are read this often: a provider may forget to count. */
const fullReadMs = 6 * 3_600_000
/** A listing may serve everything that refreshes within a tenth of the interval, which is how far refreshes are spread. */
const shareOfInterval = 0.1
/** An older one does not tell what changed so lately that a Gateway's cache may have the value before. */
const longestAgeMs = 600_000
/** People change an item and then what reads it, one after the other. */
const longestAgeForPeopleMs = 30_000

/**
 * What all values of a spec are at, as a digest that changes when one of them may have; undefined when only a read can
 * tell. Throws the Failure of a store that cannot be asked at all.
 */
export async function versionsOf(
  run: Run,
  why: string,
  reading: LookOptions['onBehalfOf'],
): Promise<string | undefined> {
  const byStore = [...looksOf(run.object.spec, run.stores)]
  const options = { signal: run.context.signal, onBehalfOf: reading, maxAgeMs: maxAgeMs(run, why) }
  const found = await Promise.all(byStore.map(([store, those]) => askedOf(store, those, options)))
  const all = found.flat()
  if (all.includes(undefined)) return undefined
  return hash('sha256', JSON.stringify(all), 'base64url')
}

async function askedOf(
  { provider }: OpenedStore,
  looks: readonly Look[],
  options: LookOptions,
): Promise<readonly (string | undefined)[]> {
  return (await provider.versions?.(looks, options)) ?? [undefined]
}

/** After a word from outside only what was learnt since then counts. What is read but once has a look of its own. */
function maxAgeMs({ object, hintedAtMs, nowMs }: Run, why: string): number {
  if (hintedAtMs !== undefined) return Math.max(0, nowMs - hintedAtMs)
  if (isReadOnce(object)) return 0
  const longestMs = why === 'interval' ? longestAgeMs : longestAgeForPeopleMs
  return Math.min(longestMs, intervalMs(object.spec) * shareOfInterval)
}

/** True when a refresh that only the clock asked for finds everything at the versions of the last full read. */
export function isUnchanged(run: Run, why: string, versions: string | undefined): boolean {
  const { memory, object, nowMs } = run
  if (why !== 'interval' || versions === undefined || memory?.versions !== versions) return false
  // What becomes of an Orphan is looked at when it is refreshed, and not before.
  if (creationPolicyOf(object) === 'Orphan' || run.drift !== undefined) return false
  if (object.status?.pendingRestart !== undefined) return false
  const readAtMs = memory.readAtMs ?? Number.NEGATIVE_INFINITY
  return nowMs >= readAtMs && nowMs < readAtMs + fullReadMs * (0.9 + 0.1 * drawOf(object.metadata.uid))
}
