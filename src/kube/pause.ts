import type { Clock } from '../std/clock.ts'

/** One wait at a time that somebody else may end. */
export class Pause {
  readonly #clock: Clock
  #end: (() => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Resolves after `ms` milliseconds or when `end` is called; it never rejects. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        cancel()
        this.#end = undefined
        resolve()
      }
      const cancel = this.#clock.after(ms, end)
      this.#end = end
    })
  }

  end(): void {
    this.#end?.()
  }
}
