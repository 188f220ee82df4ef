/** Places where somebody waits until he is let go on. */
export class Gates {
  readonly #waiting = new Set<() => void>()
  #isOpen = false

  /** Waits to be let on; rejects when the signal is aborted first. */
  pass(signal?: AbortSignal): Promise<void> {
    if (this.#isOpen) return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.#waiting.add(resolve)
      signal?.addEventListener('abort', () => {
        this.#waiting.delete(resolve)
        reject(signal.reason)
      })
    })
  }

  /** Lets on whoever has waited longest. */
  letOne(): void {
    const [first] = this.#waiting
    if (first === undefined) return
    this.#waiting.delete(first)
    first()
  }

  /** Nobody waits any more. */
  open(): void {
    this.#isOpen = true
    while (this.#waiting.size > 0) this.letOne()
  }
}
