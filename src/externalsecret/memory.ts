import { compareResourceVersions, keyOf, type ObjectKey } from '../kube/object.ts'
import type { SecretFacts } from './secret-facts.ts'

/** What this process remembers of an ExternalSecret; after a restart its status stands in for it. */
export interface Memory {
  /** An ExternalSecret made anew under the same name remembers nothing. */
  readonly uid: string
  /** Wall-clock time of the last good refresh, in milliseconds. */
  readonly refreshedAtMs: number
  readonly target: ObjectKey
  /** resourceVersion of the target as we wrote it: an older cache entry is not yet our own write. */
  readonly targetVersion: string
  /** What the values were read from; another one means that they must be read anew. */
  readonly storeVersion: string
  /** What the stores were at the last sync that read values, as a digest: what vanishes is judged by it. */
  readonly goodStores?: string
  /** What the provider said the values were at, before they were last read; see `versionsOf`. */
  readonly versions?: string
  /** When they were last read, and not only looked at. */
  readonly readAtMs?: number
  /** Which workloads heard of the last change of data, where some are to be told of it again. */
  readonly told?: { readonly changedAt: string; readonly workloads: readonly string[] }
  /** True when all this is what a status said: this process has not synced the object yet. */
  readonly isStated?: true
}

/** What this process remembers of each ExternalSecret. Losing it costs at most one apply each, never a value. */
export type Memories = Map<ObjectKey, Memory>

/** What is remembered of this very object. */
export function memoryOf(memories: Memories, key: ObjectKey, uid: string): Memory | undefined {
  const memory = memories.get(key)
  return memory?.uid === uid ? memory : undefined
}

/**
 * True for what a watch shows of a Secret when it is our own last write to it, and nobody's since: that is no reason to
 * look again. Each first sync would be followed by a run that finds nothing to do.
 */
export function isOwnEcho(
  memory: Memory | undefined,
  secret: ObjectKey,
  version: string | undefined,
): boolean {
  return memory !== undefined && memory.target === secret && memory.targetVersion === version
}

/** True while the watch has not yet brought our own last write: what it shows is the time before. */
export function isStaleEcho(memory: Memory | undefined, known: SecretFacts | undefined): boolean {
  if (memory === undefined || memory.targetVersion === '' || known === undefined) return false
  if (memory.target !== keyOf(known.metadata)) return false
  return compareResourceVersions(known.metadata.resourceVersion, memory.targetVersion) < 0
}
