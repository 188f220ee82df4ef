import type { Log } from '../std/log.ts'
import type { KnownObjects } from './known-objects.ts'
import { listPages } from './list-all.ts'
import { compareResourceVersions, keyOf, type ObjectKey } from './object.ts'
import type { Selection } from './reflector.ts'
import type { ReflectorTiming } from './reflector-timing.ts'
import { titleOf } from './selection-request.ts'
import type { Transport } from './transport.ts'

export interface SafetyNet {
  readonly transport: Transport
  readonly selection: Selection
  readonly known: KnownObjects
  readonly timing: ReflectorTiming
  readonly signal: AbortSignal
  /** Resolves after so many milliseconds, or at once when the signal is aborted. */
  readonly wait: (ms: number) => Promise<void>
  readonly random: () => number
  readonly log: Log
  readonly isLive: () => boolean
  readonly onLost: () => void
}

/** The watch is looked at again and again, so often within the patience, until it reached the list's moment. */
const looks = 60

/** Looks for lost events about once an hour beside a watch that is live, until the signal is aborted. */
export async function searchLostEvents(safety: SafetyNet): Promise<void> {
  const { timing, signal, wait, random, log, isLive, onLost } = safety
  while (!signal.aborted) {
    await wait(timing.safetyMs * (0.9 + 0.2 * random()))
    if (signal.aborted || !isLive()) continue
    try {
      if (await findsLostEvent(safety)) onLost()
    } catch (error) {
      if (!signal.aborted)
        log.debug({ err: error, selection: titleOf(safety.selection) }, 'Safety list failed')
    }
  }
}

/**
 * Whether the watch lost an event (a bug of server or proxy: Sieve's "unobserved state"). Lists metadata only, keeps
 * key and resourceVersion of each object, and compares once the watch itself has reached the list's moment by an
 * event or a bookmark: so neither the watch nor the sink is disturbed, and what changes meanwhile is no difference.
 * A watch that does not get there in time is taken for one that loses events.
 */
async function findsLostEvent(safety: SafetyNet): Promise<boolean> {
  const { known, timing, signal, wait } = safety
  const forgotten = known.forgotten
  const { listed, resourceVersion } = await listVersions(safety)
  for (let look = 0; look < looks && !signal.aborted; look += 1) {
    if (known.forgotten !== forgotten || known.position === undefined) return false
    if (compareResourceVersions(known.position, resourceVersion) >= 0) {
      return known.contradicts(listed, resourceVersion)
    }
    await wait(timing.safetyPatienceMs / looks)
  }
  return !signal.aborted
}

async function listVersions(safety: SafetyNet) {
  const { transport, timing, signal } = safety
  const selection = { ...safety.selection, metadataOnly: true }
  const listed = new Map<ObjectKey, string>()
  let moment = ''
  const request = { selection, pageSize: timing.pageSize, timeoutMs: timing.listTimeoutMs, signal }
  for await (const { items, resourceVersion } of listPages(transport, request)) {
    moment = resourceVersion
    for (const { metadata } of items) listed.set(keyOf(metadata), metadata.resourceVersion ?? '')
  }
  return { listed, resourceVersion: moment }
}
