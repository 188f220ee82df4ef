import { compareResourceVersions, type ObjectKey } from '../kube/object.ts'
import type { Memory } from './refresh.ts'
import type { SecretFacts } from './secret-facts.ts'

/** What this process remembers of each ExternalSecret. Losing it costs at most one apply each, never a value. */
export type Memories = Map<ObjectKey, Memory>

/** True while the watch has not yet brought our own last write: what it shows is the time before. */
export function isStaleEcho(memory: Memory | undefined, known: SecretFacts | undefined): boolean {
  if (memory === undefined || memory.targetVersion === '') return false
  if (known === undefined) return false
  return compareResourceVersions(known.metadata.resourceVersion, memory.targetVersion) < 0
}
