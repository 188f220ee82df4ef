/** Waits for work that others may wait for too: an aborted signal ends the wait, not the work. */
export function waitFor<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    const settled = () => signal.removeEventListener('abort', onAbort)
    work.then(resolve, reject).then(settled, settled)
  })
}

/** Work by key that is done once for all who ask while it is under way. */
export class SharedWork<T> {
  readonly #running = new Map<string, Promise<T>>()

  /** Joins what runs under this key, or starts it; the work itself must end by a timeout of its own. */
  join(key: string, start: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const running = this.#running.get(key) ?? this.#begin(key, start)
    return waitFor(running, signal)
  }

  #begin(key: string, start: () => Promise<T>): Promise<T> {
    const work = start().finally(() => this.#running.delete(key))
    // Everybody who asked may have gone: then nobody else hears of the failure.
    work.catch(() => {})
    this.#running.set(key, work)
    return work
  }
}

/**
 * Work whose result counts only when it began after the question: askers during a run share the next one, and at
 * most one more run is under way per key, however many ask.
 */
export class NextRun<T> {
  #running: Promise<T> | undefined
  #next: Promise<T> | undefined

  ask(start: () => Promise<T>, signal: AbortSignal): Promise<T> {
    this.#next ??= this.#after(this.#running, start)
    return waitFor(this.#next, signal)
  }

  #after(running: Promise<T> | undefined, start: () => Promise<T>): Promise<T> {
    const run = async () => {
      await running?.catch(() => {})
      this.#running = this.#next
      this.#next = undefined
      return start()
    }
    const work = run()
    work.catch(() => {})
    return work
  }
}
