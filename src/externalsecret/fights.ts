import { failure } from '../api/reason.ts'
import { keyOf, type ObjectKey } from '../kube/object.ts'
import type { Clock } from '../std/clock.ts'
import type { Failure } from '../std/failure.ts'
import type { Target } from './target.ts'

const mostRepairs = 5
const windowMs = 10 * 60_000

/** Remembers how often others' changes were undone, so that two programs do not undo each other for ever. */
export interface FightRecord {
  /**
   * Notes that a change is about to be undone; throws TargetConflict at the sixth within ten minutes, and from then
   * on until the ExternalSecret has another generation or is made anew.
   */
  record(target: Target): void
  /** The ExternalSecret is gone. */
  forget(owner: ObjectKey): void
}

/** What was undone for one generation of an ExternalSecret; a new one begins a new count. */
interface Fight {
  readonly version: string
  readonly atMs: readonly number[]
}

/** Empty at the start of the process: a restart forgets what was undone before. */
export function createFightRecord(clock: Clock): FightRecord {
  const fights = new Map<ObjectKey, Fight>()
  return {
    record(target) {
      const { namespace, owner } = target
      const key = keyOf({ namespace, name: owner.name })
      const version = `${owner.uid}/${owner.generation}`
      const atMs = withOneMore(fights.get(key), version, clock.monotonic())
      fights.set(key, { version, atMs })
      if (atMs.length > mostRepairs) throw conflict(target)
    },
    forget: (owner) => void fights.delete(owner),
  }
}

/** A fight that is lost stays as it is: time alone ends none. */
function withOneMore(fight: Fight | undefined, version: string, nowMs: number): readonly number[] {
  const earlier = fight?.version === version ? fight.atMs : []
  if (earlier.length > mostRepairs) return earlier
  return [...earlier.filter((it) => nowMs - it < windowMs), nowMs]
}

function conflict(target: Target): Failure {
  return failure(
    'TargetConflict',
    `Cannot keep Secret "${keyOf(target)}" as it should be: somebody changed its data ${mostRepairs} times in 10 minutes; end the other writer, then change the spec of the ExternalSecret`,
  )
}
