import type { Checkpoint } from './request-form.ts'

/** The condition of our own that says that a CA holds the request, and under which id. */
export const checkpointType = 'external-issuer.io/Pending'

interface CheckpointCondition {
  readonly type: string
  readonly status?: string
  readonly message?: string
  readonly lastTransitionTime?: string
}

const form = /^The CA holds request (\S+) under id (.+)$/s

/** The message of the condition, for people and for `readCheckpoint`. */
export function checkpointMessage(uid: string, { id }: Checkpoint): string {
  return `The CA holds request ${uid} under id ${id}`
}

/** The checkpoint on record for a request of this UID. */
export function readCheckpoint(
  conditions: readonly CheckpointCondition[],
  uid: string | undefined,
): Checkpoint | undefined {
  const condition = conditions.find((it) => it.type === checkpointType && it.status === 'True')
  const [, owner, id] = form.exec(condition?.message ?? '') ?? []
  if (id === undefined || owner !== uid) return undefined
  const sinceMs = Date.parse(condition?.lastTransitionTime ?? '')
  return { id, sinceMs: Number.isNaN(sinceMs) ? 0 : sinceMs }
}

/** metav1.Time: RFC 3339 in whole seconds. */
export function timestampOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
}
