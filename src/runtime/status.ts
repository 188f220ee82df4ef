import type { Condition } from '../kube/object.ts'

/** What came of a reconcile, as far as conditions show it. */
export type Outcome =
  | {
      readonly kind: 'done'
      readonly reason: string
      readonly message: string
      /** What is to be told loudly although all is well. */
      readonly warning?: Reason | undefined
    }
  | {
      readonly kind: 'failed'
      readonly reason: string
      readonly message: string
      readonly userMustAct: boolean
      /** What the last success made is known to stand no more. */
      readonly lastGoodIsGone?: boolean
    }
  | { readonly kind: 'suspended'; readonly message: string }
  /** The reason is `Progressing` unless the kind has a word of its own. */
  | { readonly kind: 'progressing'; readonly why?: Reason | undefined }

/** What conditions are computed from, besides the outcome. */
export interface Basis {
  /** The conditions of the last status. */
  readonly previous: readonly Condition[]
  /** `metadata.generation` of the object that was reconciled. */
  readonly generation: number | undefined
  readonly nowMs: number
  /**
   * True for kinds whose last good result outlives a failure: Ready then stays True until `staleAtMs`, and
   * LastSyncSucceeded tells of the failure.
   */
  readonly keepsLastGood: boolean
  /** When a result that cannot be refreshed stops counting as good; absent is never. */
  readonly staleAtMs: number | undefined
}

type Claim = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>
type Reason = Pick<Condition, 'reason' | 'message'>

/** The types that are the shell's; it writes them all, so that one left out is withdrawn. */
export const conditionTypes = [
  'Ready',
  'LastSyncSucceeded',
  'Reconciling',
  'Stalled',
  'Suspended',
  'Warning',
] as const

const progressMessage = 'The first attempt for this generation is under way'
const staleMessage = 'The last good result is older than it may be'

/**
 * The conditions an object has after an outcome (design section 3, "Status contract"). Equal outcomes give equal
 * conditions: texts hold no time and no counter, and lastTransitionTime moves only with the status.
 */
export function conditionsAfter(outcome: Outcome, basis: Basis): readonly Condition[] {
  return claimsAfter(outcome, basis).map((claim) => conditionOf(claim, basis))
}

/** The condition of a type; undefined when it was never set. */
export function conditionNamed(conditions: readonly Condition[], type: string): Condition | undefined {
  return conditions.find((condition) => condition.type === type)
}

/** True when Ready speaks of this generation; a condition that names none (an older CRD) is taken to. */
function speaksOf(condition: Condition, generation: number | undefined): boolean {
  return condition.observedGeneration === undefined || condition.observedGeneration === generation
}

/** True when a failure now would leave a good result standing, so that somebody must look again at `staleAtMs`. */
export function holdsGoodResult({
  previous,
  generation,
  keepsLastGood,
}: Omit<Basis, 'nowMs' | 'staleAtMs'>): boolean {
  const ready = conditionNamed(previous, 'Ready')
  return keepsLastGood && ready?.status === 'True' && speaksOf(ready, generation)
}

function claimsAfter(outcome: Outcome, basis: Basis): readonly (Claim | Condition)[] {
  switch (outcome.kind) {
    case 'done':
      return [
        claim('Ready', 'True', outcome),
        ...lastSync('True', outcome, basis),
        ...warned(outcome.warning),
      ]
    case 'failed':
      return [...failed(outcome, basis), ...stillWarned(basis)]
    case 'suspended':
      return [...suspended(outcome.message, basis), ...stillWarned(basis)]
    case 'progressing':
      return [...progressing(basis, outcome.why), ...stillWarned(basis)]
  }
}

function failed(outcome: Outcome & { kind: 'failed' }, basis: Basis): readonly (Claim | Condition)[] {
  if (outcome.userMustAct) return mustAct(outcome, basis)
  return outcome.lastGoodIsGone === true ? notYet(outcome, basis) : mayPass(outcome, basis)
}

function mustAct(why: Reason, basis: Basis): readonly Claim[] {
  return [claim('Ready', 'False', why), ...lastSync('False', why, basis), claim('Stalled', 'True', why)]
}

function mayPass(why: Reason, basis: Basis): readonly (Claim | Condition)[] {
  const ready = conditionNamed(basis.previous, 'Ready')
  if (ready === undefined || !isLastGood(ready, basis)) return notYet(why, basis)
  const isStale =
    ready.reason === 'Stale' || (basis.staleAtMs !== undefined && basis.staleAtMs <= basis.nowMs)
  return [isStale ? claim('Ready', 'False', stale(why)) : ready, ...lastSync('False', why, basis)]
}

function notYet(why: Reason, basis: Basis): readonly Claim[] {
  return [claim('Ready', 'False', why), ...lastSync('False', why, basis), claim('Reconciling', 'True', why)]
}

/** Says the cause as well: not every CRD holds LastSyncSucceeded. */
function stale({ reason, message }: Reason): Reason {
  return { reason: 'Stale', message: `${staleMessage}. ${reason}: ${message}` }
}

function isLastGood(ready: Condition, basis: Basis): boolean {
  const isOrWasGood = ready.status === 'True' || ready.reason === 'Stale'
  return basis.keepsLastGood && isOrWasGood && speaksOf(ready, basis.generation)
}

/** What was said of the object stays said; only that somebody works on it would be untrue. */
function suspended(message: string, { previous }: Basis): readonly (Claim | Condition)[] {
  const why = { reason: 'Suspended', message }
  const ready = conditionNamed(previous, 'Ready')
  const kept = ['LastSyncSucceeded', 'Stalled'].flatMap((type) => conditionNamed(previous, type) ?? [])
  const wasSynced = ready !== undefined && ready.status !== 'Unknown'
  return [wasSynced ? ready : claim('Ready', 'Unknown', why), ...kept, claim('Suspended', 'True', why)]
}

const underWay: Reason = { reason: 'Progressing', message: progressMessage }

function progressing({ previous }: Basis, why = underWay): readonly (Claim | Condition)[] {
  const lastSyncSucceeded = conditionNamed(previous, 'LastSyncSucceeded') ?? []
  return [claim('Ready', 'Unknown', why), lastSyncSucceeded, claim('Reconciling', 'True', why)].flat()
}

function warned(warning: Reason | undefined): readonly Claim[] {
  return warning === undefined ? [] : [claim('Warning', 'True', warning)]
}

/** A failure says nothing of what was warned of before. */
function stillWarned({ previous }: Basis): readonly Condition[] {
  return [conditionNamed(previous, 'Warning') ?? []].flat()
}

function lastSync(status: 'True' | 'False', why: Reason, basis: Basis): readonly Claim[] {
  return basis.keepsLastGood ? [claim('LastSyncSucceeded', status, why)] : []
}

function claim(type: string, status: Condition['status'], { reason, message }: Reason): Claim {
  return { type, status, reason, message }
}

/** What is carried over whole stays whole: its generation and its time are those of when it was said. */
function conditionOf(claim: Claim | Condition, { previous, generation, nowMs }: Basis): Condition {
  if ('lastTransitionTime' in claim) return claim
  const before = conditionNamed(previous, claim.type)
  const lastTransitionTime = before?.status === claim.status ? before.lastTransitionTime : timestampOf(nowMs)
  return {
    ...claim,
    lastTransitionTime,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  }
}

/** RFC 3339 in whole seconds: metav1.Time. */
function timestampOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
}
