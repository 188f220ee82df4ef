import type { ObjectKey } from '../kube/object.ts'
import type { Log } from '../std/log.ts'

/** What every step of one run needs. */
export interface Run<T> {
  readonly object: T
  readonly key: ObjectKey
  readonly failures: number
  readonly log: Log
  readonly signal: AbortSignal
}
