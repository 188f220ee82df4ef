import type { WorkerRequest } from './worker-message.ts'
import { type ThreadOptions, WorkerThread } from './worker-thread.ts'

export interface PoolOptions extends ThreadOptions {
  /** Threads at a time; what comes while all work waits its turn. */
  readonly most: number
  /** Milliseconds that a thread without work is kept. */
  readonly idleMs: number
}

interface Resting {
  readonly thread: WorkerThread
  readonly cancel: () => void
}

/** A few threads for templates that take long. One that was ended is replaced when the next work comes. */
export class WorkerPool {
  readonly #options: PoolOptions
  readonly #resting: Resting[] = []
  readonly #waiting: (() => void)[] = []
  #places: number

  constructor(options: PoolOptions) {
    this.#options = options
    this.#places = options.most
  }

  /** Renders a set of templates on a thread of its own. Throws TemplateError, or the signal's reason. */
  async render(request: WorkerRequest, signal?: AbortSignal): Promise<readonly Uint8Array[]> {
    await this.#place(signal)
    const thread = this.#rested() ?? new WorkerThread(this.#options)
    try {
      return await thread.render(request, signal)
    } finally {
      this.#leave(thread)
    }
  }

  /** Threads that have nothing to do and are kept. */
  get threads(): number {
    return this.#resting.filter((it) => it.thread.isAlive).length
  }

  /** Ends the threads that have nothing to do. */
  end(): void {
    for (const { thread, cancel } of this.#resting.splice(0)) {
      cancel()
      thread.end()
    }
  }

  #place(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    if (this.#places > 0) {
      this.#places--
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      const begin = () => {
        signal?.removeEventListener('abort', giveUp)
        resolve()
      }
      const giveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(begin), 1)
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', giveUp, { once: true })
      this.#waiting.push(begin)
    })
  }

  #rested(): WorkerThread | undefined {
    for (let it = this.#resting.pop(); it !== undefined; it = this.#resting.pop()) {
      it.cancel()
      if (it.thread.isAlive) return it.thread
    }
    return undefined
  }

  #leave(thread: WorkerThread): void {
    if (thread.isAlive) {
      this.#rest(thread)
      return this.#free()
    }
    // It may be deep in a native function: until it is gone it uses its processor.
    void thread.ended.then(() => this.#free())
  }

  #free(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#places++
    else next()
  }

  #rest(thread: WorkerThread): void {
    const timer = setTimeout(() => thread.end(), this.#options.idleMs).unref()
    this.#resting.push({ thread, cancel: () => clearTimeout(timer) })
  }
}
