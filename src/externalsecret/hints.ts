import type { ObjectKey } from '../kube/object.ts'

/** Word from outside that the values of an ExternalSecret may be other ones now: a reason to read, never data. */
export class Hints {
  readonly #atMs = new Map<ObjectKey, number>()

  /** Somebody says so now; the latest word stands. */
  note(key: ObjectKey, nowMs: number): void {
    this.#atMs.set(key, nowMs)
  }

  /** When the word came that nobody has acted upon yet, by the wall clock in milliseconds. */
  of(key: ObjectKey): number | undefined {
    return this.#atMs.get(key)
  }

  /** The values were read after a word that came at `atMs`; one that came since then stands. */
  settle(key: ObjectKey, atMs: number | undefined): void {
    if (atMs !== undefined && this.#atMs.get(key) === atMs) this.#atMs.delete(key)
  }

  forget(key: ObjectKey): void {
    this.#atMs.delete(key)
  }
}
