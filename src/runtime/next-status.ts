import type { ObjectKey } from '../kube/object.ts'
import type { Clock } from '../std/clock.ts'
import { LastSuccess, type Staleness } from './last-success.ts'
import type { OwnStatus } from './own-status.ts'
import { conditionsAfter, holdsGoodResult, type Outcome } from './status.ts'
import type { Reconcilable } from './status-writer.ts'

/** What an outcome makes of a status, and for how long a good result stands through failures. */
export class NextStatus<T extends Reconcilable> {
  readonly #clock: Clock
  readonly #keepsLastGood: boolean
  readonly #lastSuccess: LastSuccess<T>

  constructor(clock: Clock, staleness: Staleness<T> | undefined) {
    this.#clock = clock
    this.#keepsLastGood = staleness !== undefined
    this.#lastSuccess = new LastSuccess(clock, staleness)
  }

  /** The status after an outcome; without `fields` those on record stay. */
  after<Fields>(
    outcome: Outcome,
    object: T,
    { conditions: previous, fields: there }: OwnStatus<Fields>,
    fields = there,
  ): OwnStatus<Fields> {
    const { generation } = object.metadata
    const conditions = conditionsAfter(outcome, {
      previous,
      generation,
      nowMs: this.#clock.now(),
      keepsLastGood: this.#keepsLastGood,
      staleAtMs: this.#lastSuccess.staleAtMs(object, previous),
    })
    return { observedGeneration: generation, conditions, fields }
  }

  /** The object is as it should be now. */
  succeeded(object: T): void {
    this.#lastSuccess.note(object)
  }

  /** How long a failure may leave a good result standing before somebody looks again, in milliseconds. */
  standsForMs(object: T, { conditions: previous }: OwnStatus<unknown>): number {
    const { generation } = object.metadata
    const isHeld = holdsGoodResult({ previous, generation, keepsLastGood: this.#keepsLastGood })
    const staleAtMs = isHeld ? this.#lastSuccess.staleAtMs(object, previous) : undefined
    return staleAtMs === undefined ? Number.POSITIVE_INFINITY : Math.max(0, staleAtMs - this.#clock.now())
  }

  forget(key: ObjectKey): void {
    this.#lastSuccess.forget(key)
  }
}
