import type { Condition, KubeObject, ObjectKey } from '../kube/object.ts'
import type { Clock } from '../std/clock.ts'
import { PerObject } from './per-object.ts'
import { conditionNamed } from './status.ts'

/** For how long a result counts as good that cannot be refreshed. */
export interface Staleness<T> {
  /** After the last success; undefined is for ever. */
  afterMs(object: T): number | undefined
  /** The last success that the status tells of, in wall-clock time: all there is after a restart. */
  lastSuccessMs(object: T): number | undefined
}

/** Remembers when each object last succeeded, in time that does not jump. */
export class LastSuccess<T extends KubeObject> {
  readonly #clock: Clock
  readonly #staleness: Staleness<T> | undefined
  /** In monotonic milliseconds. */
  readonly #successes = new PerObject<number>()

  constructor(clock: Clock, staleness: Staleness<T> | undefined) {
    this.#clock = clock
    this.#staleness = staleness
  }

  note(object: T): void {
    if (this.#staleness === undefined) return
    this.#successes.set(object.metadata, this.#clock.monotonic())
  }

  forget(key: ObjectKey): void {
    this.#successes.forget(key)
  }

  /** When, in wall-clock time, the object's result stops counting as good; undefined is never. */
  staleAtMs(object: T, conditions: readonly Condition[]): number | undefined {
    const afterMs = this.#staleness?.afterMs(object)
    if (afterMs === undefined) return undefined
    const successMs = this.#successes.get(object.metadata)
    if (successMs === undefined) return this.#shownMs(object, conditions) + afterMs
    return this.#clock.now() - (this.#clock.monotonic() - successMs) + afterMs
  }

  /** Without a time of success in the status, the first failure is the next best: the success was before it. */
  #shownMs(object: T, conditions: readonly Condition[]): number {
    const nowMs = this.#clock.now()
    const lastSync = conditionNamed(conditions, 'LastSyncSucceeded')
    const failedMs = lastSync?.status === 'False' ? Date.parse(lastSync.lastTransitionTime) : nowMs
    return Math.min(nowMs, failedMs, this.#staleness?.lastSuccessMs(object) ?? failedMs)
  }
}
