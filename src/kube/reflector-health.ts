import type { Log } from '../std/log.ts'
import type { ReadyBell } from './ready-bell.ts'
import type { ReflectorObserver, ReflectorState, Selection } from './reflector.ts'
import { titleOf } from './selection-request.ts'
import type { Verdict } from './watch-failure.ts'

interface ReflectorHealthOptions {
  readonly selection: Selection
  readonly log: Log
  /** It must not throw. */
  readonly observer: ReflectorObserver
  readonly bell?: ReadyBell
  /** Once it is aborted the state stays as it is. */
  readonly stopping: AbortSignal
}

/** The state of a reflector, and who is told of it and of failures: log, observer, bell. */
export class ReflectorHealth {
  readonly #options: ReflectorHealthOptions
  #state: ReflectorState = 'starting'

  constructor(options: ReflectorHealthOptions) {
    this.#options = options
  }

  get state(): ReflectorState {
    return this.#state
  }

  goesLive(): void {
    this.#become('live')
  }

  failed(error: unknown, { cause, state }: Verdict, delayMs: number): void {
    const { log, observer, selection, bell } = this.#options
    const isNews = state !== undefined && state !== this.#state
    log[isNews ? 'warn' : 'debug'](
      { err: error, cause, delayMs, selection: titleOf(selection) },
      state === 'absent' ? 'The API server does not serve this kind: waiting for it' : 'Watch failed',
    )
    observer.failed(cause)
    if (state !== undefined) this.#become(state)
    if (state === 'broken') bell?.failed()
  }

  #become(state: ReflectorState): void {
    if (state === this.#state || this.#options.stopping.aborted) return
    this.#state = state
    this.#options.observer.stateChanged(state)
  }
}
