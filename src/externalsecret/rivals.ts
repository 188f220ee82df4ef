import type { KubeObject } from '../kube/object.ts'

/** An ExternalSecret as the cache holds it: who else wrote its status last, in place of managedFields. */
export interface RivalMark {
  /** Wall-clock time at which a manager other than ours last wrote the status. */
  readonly rivalWroteAtMs?: number
  readonly rival?: string
}

const quietMs = 3_600_000

/** The transform of the watch of ExternalSecrets: keeps the newest foreign write of the status. */
export function markRival(object: KubeObject, ourManager: string): KubeObject & RivalMark {
  let mark: RivalMark = {}
  for (const entry of object.metadata.managedFields ?? []) {
    if (entry.subresource !== 'status' || entry.manager === ourManager) continue
    const at = Date.parse(entry.time ?? '')
    if (at > (mark.rivalWroteAtMs ?? 0)) mark = { rivalWroteAtMs: at, rival: entry.manager ?? '' }
  }
  return { ...object, ...mark }
}

/**
 * The other controller that looks after this object, if one wrote its status since we started and within the hour:
 * two that fight over one status help nobody (design section 3, "Two controllers").
 */
export function rivalOf(mark: RivalMark, startedAtMs: number, nowMs: number): string | undefined {
  const at = mark.rivalWroteAtMs
  return at !== undefined && at >= startedAtMs && nowMs - at < quietMs ? mark.rival : undefined
}
