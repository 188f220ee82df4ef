import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import type { ServerTls } from './tls-files.ts'

/** Whence a server has its certificate, now and later. */
export interface TlsSource {
  /** Gives the first one and calls back with every other; rejects with Failure when there is none. */
  start(onChange: (tls: ServerTls) => void): Promise<ServerTls>
  stop(): void
}

export interface RereadTlsOptions<T> {
  readonly read: () => Promise<T>
  /** For logs: `the event endpoint`. */
  readonly purpose: string
  readonly clock: Clock
  readonly log: Log
}

const rereadMs = 10_000

/** Files that are looked at every ten seconds: the kubelet renews what is mounted. */
export class RereadTls<T extends { readonly tls: ServerTls }> implements TlsSource {
  readonly #options: RereadTlsOptions<T>
  #current: T | undefined
  #onChange: (tls: ServerTls) => void = () => undefined
  #cancel: () => void = () => undefined
  #isStopped = false

  constructor(options: RereadTlsOptions<T>) {
    this.#options = options
  }

  /** What was last read and is good; undefined before the start. */
  get current(): T | undefined {
    return this.#current
  }

  async start(onChange: (tls: ServerTls) => void): Promise<ServerTls> {
    this.#onChange = onChange
    this.#current = await this.#options.read()
    this.#later()
    return this.#current.tls
  }

  stop(): void {
    this.#isStopped = true
    this.#cancel()
  }

  #later(): void {
    // A stop may fall into the middle of a reading.
    if (this.#isStopped) return
    this.#cancel = this.#options.clock.after(rereadMs, () => {
      void this.#reread().finally(() => this.#later())
    })
  }

  /** Files that do not belong together (one is new, the other not yet) leave the last good ones. */
  async #reread(): Promise<void> {
    const { read, purpose, log } = this.#options
    try {
      const now = await read()
      const isNew = !isDeepStrictEqual(now.tls, this.#current?.tls)
      this.#current = now
      if (isNew && !this.#isStopped) this.#onChange(now.tls)
    } catch (error) {
      log.warn({ err: error }, `Cannot reread the files of ${purpose}; the last good ones hold`)
    }
  }
}
