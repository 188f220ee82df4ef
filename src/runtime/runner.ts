import type { KubeObject, ObjectKey } from '../kube/object.ts'
import type { Wish } from './wish.ts'

/** What a controller does with an object that is due: everything but the queue. */
export interface Runner<T extends KubeObject> {
  /** Works on an object once and says what the queue is to do with it. Never rejects but for a defect. */
  run(object: T, options: { readonly failures: number; readonly signal: AbortSignal }): Promise<Wish>
  /** The cache has this state of an object by now; told when no run of it is under way. */
  seen?(object: T): void
  /** True when somebody else turned the status from `before` to `now`, so that a run which went by `before` is void. */
  wasOvertaken?(before: T, now: T): boolean
  /** The object is gone: what is remembered of it ends. */
  gone(key: ObjectKey): void
  /** True when nothing was said of the object yet; at start-up such objects go first. */
  isNew(object: T): boolean
}
