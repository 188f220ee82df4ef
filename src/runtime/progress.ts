import type { Condition } from '../kube/object.ts'
import type { Clock } from '../std/clock.ts'
import { conditionNamed } from './status.ts'

/** How long a first attempt may take before it is shown that it is under way. */
const slowAfterMs = 2000

/** True when nothing was said of this generation yet: a known state is not replaced by "under way". */
export function mayShowProgress(conditions: readonly Condition[], generation: number | undefined): boolean {
  const ready = conditionNamed(conditions, 'Ready')
  if (ready === undefined) return true
  return ready.observedGeneration !== undefined && ready.observedGeneration !== generation
}

/** Calls `show` once when a run lasts, and keeps the status writes of that run in one line. */
export class ProgressTimer {
  #last: Promise<unknown> = Promise.resolve()
  #hasEnded = false
  readonly #cancel: () => void

  constructor(clock: Clock, show: () => Promise<void>) {
    this.#cancel = clock.after(slowAfterMs, () => {
      this.inTurn(show).catch(() => undefined)
    })
  }

  /** Runs after all earlier writes of the run; refused once the run has ended. */
  inTurn(write: () => Promise<void>): Promise<void> {
    if (this.#hasEnded) return Promise.reject(new Error('Cannot write status: the reconcile has ended'))
    const turn = this.#last.then(write)
    this.#last = turn.catch(() => undefined)
    return turn
  }

  /** Resolves when no write of the run is left. */
  async end(): Promise<void> {
    this.#hasEnded = true
    this.#cancel()
    await this.#last
  }
}
