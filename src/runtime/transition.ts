import type { Condition } from '../kube/object.ts'
import type { Note } from './reconcile.ts'
import { conditionNamed } from './status.ts'

/** The words of an Event. */
export type Announcement = Note

const telling = ['Ready', 'LastSyncSucceeded', 'Suspended'] as const

/**
 * The one Event that a change of conditions is worth, or undefined when status and reason of all that matter stayed.
 * What became stale is told as that, whatever the attempt failed of.
 */
export function announcementOf(
  announcement: Announcement,
  before: readonly Condition[],
  after: readonly Condition[],
): Announcement | undefined {
  const changed = telling.filter((type) =>
    hasTurned(conditionNamed(before, type), conditionNamed(after, type)),
  )
  if (changed.length === 0) return undefined
  const ready = conditionNamed(after, 'Ready')
  if (!changed.includes('Ready') || ready?.reason !== 'Stale') return announcement
  return { ...announcement, reason: ready.reason, message: ready.message }
}

/** That a sync succeeded is no news where nothing was said of syncs: Ready tells of the first one. */
function hasTurned(before: Condition | undefined, after: Condition | undefined): boolean {
  if (before === undefined && after?.type === 'LastSyncSucceeded' && after.status === 'True') return false
  return before?.status !== after?.status || before?.reason !== after?.reason
}
