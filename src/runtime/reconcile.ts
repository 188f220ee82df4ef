import type { ObjectKey } from '../kube/object.ts'
import type { Log } from '../std/log.ts'

/** What a reconciler asks of the queue once it has looked at an object. */
export type Next = { readonly kind: 'settled' } | { readonly kind: 'again'; readonly afterMs: number }

/** Nothing to do until a watch says so. */
export const settled: Next = { kind: 'settled' }

/** Look again after so many milliseconds, or earlier when a watch says so. */
export function again(afterMs: number): Next {
  return { kind: 'again', afterMs }
}

/** Something that is worth an Event of its own beside the transition of a condition. */
export interface Note {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  /** The word that peers use for it (ESO's `Created`, `Updated`), in the Event's `action`. */
  readonly action: string
  readonly message: string
}

/**
 * What a reconciler decided. It writes no status, no Event and no metric: the shell makes these of the verdict.
 * `Fields` are the status fields of the kind other than its conditions and observedGeneration.
 */
export type Verdict<Fields> = Done<Fields> | Resting | Suspended | Ignored

/** The object is as it should be. */
export interface Done<Fields> {
  readonly kind: 'done'
  readonly reason: string
  readonly message: string
  /** ESO's word for this transition, for the Event's `action`. */
  readonly action: string
  /** All own fields of the status; what is absent is withdrawn from it. */
  readonly fields: Fields
  readonly next: Next
  readonly notes?: readonly Note[]
  /** What is to be told loudly although all is well: it becomes condition `Warning`. */
  readonly warning?: { readonly reason: string; readonly message: string } | undefined
  /**
   * Nothing happened but that a refresh found things as they were: the status is then written at most every ten
   * minutes (design section 3, difference 9).
   */
  readonly unchanged?: boolean
}

/** Nothing is due: the object is as its status says, and nothing is written. `why` goes to the debug log. */
export interface Resting {
  readonly kind: 'resting'
  readonly why: string
  readonly next: Next
}

/** A person told us to leave the object alone. */
export interface Suspended {
  readonly kind: 'suspended'
  readonly message: string
  /** When to look again all the same, for what goes on while nothing is changed; absent: when a watch says so. */
  readonly next?: Next
}

/** Not ours, or gone: nothing is written, and what metrics showed of it ends. `why` goes to the debug log. */
export interface Ignored {
  readonly kind: 'ignored'
  readonly why: string
}

/** What one run of a reconciler is given beside the object. */
export interface Context<Fields> {
  readonly key: ObjectKey
  /** Aborted when the reconcile takes too long, leadership is lost or the manager stops. */
  readonly signal: AbortSignal
  /** Carries controller, key and reconcile id. */
  readonly log: Log
  /** How often this key failed in a row before this run. */
  readonly failures: number
  /** Writes status fields before an outside call that must be on record; conditions stay as they are. */
  checkpoint(fields: Fields): Promise<void>
}

/**
 * Decides what an object needs and does it through its ports. Throws Failure for what a user or a retry must mend;
 * anything else that is thrown is a defect: logged with its stack, counted, retried with back-off.
 * `fields` of a thrown failure stay as they were in the last status.
 */
export type Reconcile<T, Fields> = (object: T, context: Context<Fields>) => Promise<Verdict<Fields>>
