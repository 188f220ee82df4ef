import type { ObjectKey } from '../kube/object.ts'
import type { Backoff } from '../std/backoff.ts'

/** How far each failing key is in its own back-off. */
export class Retries {
  readonly #firstBackoff: (key: ObjectKey) => Backoff
  readonly #byKey = new Map<ObjectKey, { readonly backoff: Backoff; readonly failures: number }>()

  constructor(firstBackoff: (key: ObjectKey) => Backoff) {
    this.#firstBackoff = firstBackoff
  }

  /** Counts a failure and gives the wait after it. */
  nextDelayMs(key: ObjectKey): number {
    const { backoff, failures } = this.#byKey.get(key) ?? { backoff: this.#firstBackoff(key), failures: 0 }
    this.#byKey.set(key, { backoff: backoff.next(), failures: failures + 1 })
    return backoff.delayMs
  }

  failures(key: ObjectKey): number {
    return this.#byKey.get(key)?.failures ?? 0
  }

  /** Keys that failed when they were last worked on. */
  keys(): readonly ObjectKey[] {
    return [...this.#byKey.keys()]
  }

  forget(key: ObjectKey): void {
    this.#byKey.delete(key)
  }
}
