import { on } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Clock } from '../std/clock.ts'
import { TemplateError } from './error.ts'
import type { WorkerMessage, WorkerRequest } from './worker-message.ts'

declare const KEYFERRY_TEMPLATE_WORKER: string | undefined

/** A file beside this one in the sources, beside the bundle there. */
const entry =
  typeof KEYFERRY_TEMPLATE_WORKER === 'undefined'
    ? new URL('./worker.ts', import.meta.url)
    : new URL(KEYFERRY_TEMPLATE_WORKER, import.meta.url)

/** How a thread may work. */
export interface ThreadOptions {
  readonly clock: Clock
  /** Milliseconds that one set may take once the thread has begun with it. */
  readonly workMs: number
  /** Megabytes of heap. */
  readonly heapMb: number
}

/** One thread that renders one set at a time. It keeps the process alive only while it works. */
export class WorkerThread {
  readonly #options: ThreadOptions
  readonly #worker: Worker
  /** Resolves when the thread is no more, which may be a while after it was told to end. */
  readonly ended: Promise<void>
  #isEnding = false

  constructor(options: ThreadOptions) {
    this.#options = options
    this.#worker = new Worker(entry, {
      name: 'keyferry-template',
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: options.heapMb, maxYoungGenerationSizeMb: 16 },
    })
    this.#worker.unref()
    // Who asked is told by render(); an idle thread that fails is replaced.
    this.#worker.on('error', () => this.end())
    this.ended = new Promise((resolve) => this.#worker.once('exit', () => resolve()))
    void this.ended.then(() => this.end())
  }

  /** False once it was told to end, or ended by itself. */
  get isAlive(): boolean {
    return !this.#isEnding
  }

  end(): void {
    if (this.#isEnding) return
    this.#isEnding = true
    void this.#worker.terminate()
  }

  /** Throws TemplateError, or the signal's reason; whatever is cut short ends the thread. */
  async render(request: WorkerRequest, signal: AbortSignal | undefined): Promise<readonly Uint8Array[]> {
    const limit = new AbortController()
    const stop = signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal])
    this.#worker.ref()
    this.#worker.postMessage(request, [])
    try {
      return resultsOf(await this.#answer(limit, stop))
    } finally {
      this.#worker.unref()
    }
  }

  async #answer(limit: AbortController, stop: AbortSignal): Promise<WorkerMessage> {
    const { clock, workMs } = this.#options
    let cancel = () => {}
    try {
      for await (const message of this.#messages(stop)) {
        if (message.kind !== 'began') return message
        cancel = clock.after(workMs, () => limit.abort(tooSlow(workMs)))
      }
      throw new Error('the template worker ended by itself')
    } catch (error) {
      this.end()
      throw stop.aborted ? stop.reason : explained(error)
    } finally {
      cancel()
    }
  }

  async *#messages(stop: AbortSignal): AsyncGenerator<WorkerMessage> {
    const messages = on(this.#worker, 'message', { signal: stop, close: ['exit'] })
    for await (const [message] of messages as AsyncIterable<[WorkerMessage]>) yield message
  }
}

function resultsOf(message: WorkerMessage): readonly Uint8Array[] {
  if (message.kind === 'done') return message.results
  if (message.kind === 'failed') throw new TemplateError(message.message, message.place)
  const error = new Error('the template engine failed in its worker')
  if (message.kind === 'broken') error.stack = message.stack
  throw error
}

function tooSlow(workMs: number): TemplateError {
  return new TemplateError(`the templates take longer than ${workMs / 1000} s; use cheaper functions`)
}

function explained(error: unknown): unknown {
  const isFull = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
  return isFull ? new TemplateError('the templates need more memory than they may have') : error
}
