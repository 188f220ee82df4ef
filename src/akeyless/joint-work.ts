import { setTimeout as sleep } from 'node:timers/promises'
import { waitFor } from '../std/shared-work.ts'

/** Who asks in the same moment shares what begins after it; real time, for it only bundles. */
const momentMs = 10

/** Made once: that nobody waits any more is how every such work ends. */
const nobodyWaits = new DOMException('Nobody waits for it any more', 'AbortError')

/** Work that several wait for: it goes on for as long as one of them does, and is aborted when nobody waits any more. */
export class JointWork<T> {
  readonly #abort = new AbortController()
  readonly #result: Promise<T>
  #waiting = 0

  constructor(start: (signal: AbortSignal) => Promise<T>) {
    this.#result = start(this.#abort.signal)
    // Everybody who asked may have gone: then nobody hears of the failure.
    this.#result.catch(() => {})
  }

  /** Nobody waits any more: who comes now needs work of his own. */
  get isAbandoned(): boolean {
    return this.#abort.signal.aborted
  }

  /** Waits for the result; an aborted signal ends the wait of this one alone. */
  async join(signal: AbortSignal): Promise<T> {
    this.#waiting += 1
    try {
      return await waitFor(this.#result, signal)
    } finally {
      this.#waiting -= 1
      if (this.#waiting === 0) this.#abort.abort(nobodyWaits)
    }
  }
}

/** Work by key that all who ask for it while it is under way share. */
export class JointWorks<T> {
  readonly #running = new Map<string, JointWork<T>>()
  readonly #coming = new Map<string, JointWork<T>>()

  /** Joins what runs under this key, or starts it. */
  join(
    key: string,
    start: (signal: AbortSignal) => Promise<T>,
    { signal }: { signal: AbortSignal },
  ): Promise<T> {
    const running = this.#running.get(key)
    const work = running === undefined || running.isAbandoned ? this.#begin(key, start) : running
    return work.join(signal)
  }

  /** The same for work that must begin after this call: it begins in a moment, for all who ask until then. */
  joinNext(key: string, start: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    const coming = this.#coming.get(key)
    const work = coming === undefined || coming.isAbandoned ? this.#prepare(key, start) : coming
    return work.join(signal)
  }

  #prepare(key: string, start: (signal: AbortSignal) => Promise<T>): JointWork<T> {
    const work: JointWork<T> = new JointWork(async (signal) => {
      const begins = sleep(momentMs, undefined, { signal })
      await begins.finally(() => this.#coming.get(key) === work && this.#coming.delete(key))
      return this.#begin(key, start).join(signal)
    })
    this.#coming.set(key, work)
    return work
  }

  #begin(key: string, start: (signal: AbortSignal) => Promise<T>): JointWork<T> {
    const work: JointWork<T> = new JointWork(async (signal) => {
      try {
        return await start(signal)
      } finally {
        if (this.#running.get(key) === work) this.#running.delete(key)
      }
    })
    this.#running.set(key, work)
    return work
  }
}
