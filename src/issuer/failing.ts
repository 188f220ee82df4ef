/** The condition of our own that says since when the CA fails a request in ways that may pass. */
export const failingType = 'external-issuer.io/Failing'

interface FailingCondition {
  readonly type: string
  readonly status?: string
  readonly message?: string
  readonly lastTransitionTime?: string
}

/** The message of the condition, for people and for `readFailsSince`. */
export function failingMessage(uid: string): string {
  return `The CA fails request ${uid} since then: its retryWindow counts from there`
}

/** Since when tries of the request of this UID fail, in wall-clock time; undefined where that is not on record. */
export function readFailsSince(
  conditions: readonly FailingCondition[],
  uid: string | undefined,
): number | undefined {
  const condition = conditions.find((it) => it.type === failingType && it.status === 'True')
  if (uid === undefined || condition?.message !== failingMessage(uid)) return undefined
  const sinceMs = Date.parse(condition.lastTransitionTime ?? '')
  return Number.isNaN(sinceMs) ? undefined : sinceMs
}
