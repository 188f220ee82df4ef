import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../std/clock.ts'

/** Lets timers and sockets have their turn when work comes faster than it is done. */
export class Turns {
  readonly #clock: Clock
  readonly #sliceMs: number
  #turnAtMs = 0

  constructor(clock: Clock, sliceMs: number) {
    this.#clock = clock
    this.#sliceMs = sliceMs
  }

  /** Call it between two pieces of work. Throws the signal's reason when it was aborted, also before. */
  async give(signal: AbortSignal): Promise<void> {
    if (this.#clock.monotonic() - this.#turnAtMs > this.#sliceMs) {
      await nextTurn()
      this.#turnAtMs = this.#clock.monotonic()
    }
    signal.throwIfAborted()
  }
}
