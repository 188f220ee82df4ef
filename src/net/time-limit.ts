/** A signal that is aborted with another one, or when the time is up; `clear` leaves no timer and no listener. */
export class TimeLimit {
  readonly #controller = new AbortController()
  readonly #parent: AbortSignal
  readonly #timer: NodeJS.Timeout
  readonly #onAbort = () => this.#controller.abort(this.#parent.reason)

  constructor(parent: AbortSignal, ms: number) {
    this.#parent = parent
    const timeout = () => this.#controller.abort(new DOMException('The time is up', 'TimeoutError'))
    this.#timer = setTimeout(timeout, ms)
    parent.addEventListener('abort', this.#onAbort, { once: true })
    if (parent.aborted) this.#onAbort()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  clear(): void {
    clearTimeout(this.#timer)
    this.#parent.removeEventListener('abort', this.#onAbort)
  }
}
