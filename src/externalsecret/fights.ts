import { failure } from '../api/reason.ts'
import { keyOf, type ObjectKey } from '../kube/object.ts'
import type { Clock } from '../std/clock.ts'
import type { Failure } from '../std/failure.ts'
import type { Target } from './target.ts'

const mostRepairs = 5
const windowMs = 10 * 60_000

/** Remembers how often others' changes were undone, so that two programs do not undo each other for ever. */
export interface FightRecord {
  /** Notes that a change is about to be undone; throws TargetConflict at the sixth within ten minutes, and from then on. */
  record(target: Target): void
  /** The spec changed or the object is gone: a new count begins. */
  forget(target: { namespace: string; name: string }): void
}

export function createFightRecord(clock: Clock): FightRecord {
  const repairs = new Map<ObjectKey, readonly number[]>()
  return {
    record(target) {
      const now = clock.monotonic()
      const earlier = repairs.get(keyOf(target)) ?? []
      if (earlier.length > mostRepairs) throw fight(target)
      const recent = [...earlier.filter((it) => now - it < windowMs), now]
      repairs.set(keyOf(target), recent)
      if (recent.length > mostRepairs) throw fight(target)
    },
    forget: (target) => void repairs.delete(keyOf(target)),
  }
}

function fight(target: Target): Failure {
  return failure(
    'TargetConflict',
    `Cannot keep Secret "${keyOf(target)}" as it should be: somebody changed its data ${mostRepairs} times in 10 minutes; end the other writer, then change the spec of the ExternalSecret`,
  )
}
