import { drawOf } from './draw.ts'
import { endMs, extendMs, type Issued, isIssued } from './lease-record.ts'
import type { LeaseRun } from './run.ts'

/** However short the life of a lease is said to be. */
export const leastMs = 1000
/** A lease that cannot be extended or replaced is tried again after so long at the latest. */
export const longestRetryMs = 300_000
const soonestRetryMs = 5000

/** Two thirds of its life are over. */
export function isDue(lease: Issued, { nowMs, object }: LeaseRun): boolean {
  return nowMs >= extendMs(lease, drawOf(object.metadata.uid))
}

/** Less than a sixth of its life is left: half of the time that there is for extending it. */
export function isEnding(lease: Issued, { nowMs }: LeaseRun): boolean {
  return endMs(lease) - nowMs < (lease.ttlSeconds * 1000) / 6
}

/** Half as long again as it has been due for, so that the waits grow; never beyond the end of the lease. */
export function retryMs(lease: Issued, { nowMs, object }: LeaseRun): number {
  const overdueMs = nowMs - extendMs(lease, drawOf(object.metadata.uid))
  return Math.min(Math.max(soonestRetryMs, overdueMs / 2), longestRetryMs, Math.max(0, endMs(lease) - nowMs))
}

/** When leases want to be looked at, in milliseconds from now; undefined when there are none. */
export function leaseDueMs({ leases, object, nowMs }: LeaseRun): number | undefined {
  const draw = drawOf(object.metadata.uid)
  const dueMs = leases.all.flatMap((it) => {
    if (!isIssued(it)) return []
    const extendAtMs = extendMs(it, draw)
    return [it.state === 'Active' && extendAtMs > nowMs ? extendAtMs : endMs(it)]
  })
  return dueMs.length === 0 ? undefined : Math.max(leastMs, Math.min(...dueMs) - nowMs)
}
