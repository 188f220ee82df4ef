import type { Clock } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import type { Course } from './course.ts'
import { TransportError } from './errors.ts'
import type { Follower } from './follower.ts'
import type { KnownObjects } from './known-objects.ts'
import { Pause } from './pause.ts'
import type { ReadyBell } from './ready-bell.ts'
import type { Reflector, ReflectorState, Selection } from './reflector.ts'
import type { ReflectorHealth } from './reflector-health.ts'
import type { ReflectorTiming } from './reflector-timing.ts'
import type { RetryRest } from './retry-rest.ts'
import { searchLostEvents } from './safety-list.ts'
import { titleOf } from './selection-request.ts'
import type { Transport } from './transport.ts'
import { lostEvent } from './watch-failure.ts'

interface WatchReflectorOptions {
  readonly transport: Transport
  readonly clock: Clock
  readonly random: () => number
  readonly bell?: ReadyBell
  readonly selection: Selection
  readonly log: Log
  readonly timing: ReflectorTiming
  readonly known: KnownObjects
  readonly course: Course
  readonly health: ReflectorHealth
  readonly rest: RetryRest
  readonly follower: Follower
  /** Resolved by whoever delivers the first list. */
  readonly synced: PromiseWithResolvers<void>
  readonly stopping: AbortController
}

/** The life of a reflector: begins and ends what follows the watch, and the search for lost events beside it. */
export class WatchReflector implements Reflector {
  readonly synced: Promise<void>
  readonly #options: WatchReflectorOptions
  readonly #safetyRest: Pause
  #running: Promise<unknown> | undefined

  constructor(options: WatchReflectorOptions) {
    this.#options = options
    this.#safetyRest = new Pause(options.clock)
    this.synced = options.synced.promise
    // Whoever does not wait for it must not be hurt by its rejection.
    this.synced.catch(() => undefined)
  }

  get state(): ReflectorState {
    return this.#options.health.state
  }

  ageMs(): number {
    return this.#options.course.ageMs()
  }

  start(): void {
    if (this.#running !== undefined || this.#options.stopping.signal.aborted) return
    this.#running = Promise.all([this.#follow(), this.#searchLostEvents()])
  }

  wake(): void {
    this.#options.rest.wake()
  }

  async stop(): Promise<void> {
    const { stopping, follower, synced, rest } = this.#options
    const reason = this.#error('the reflector was stopped', 'STOPPED')
    stopping.abort(reason)
    follower.leave(reason)
    synced.reject(reason)
    rest.stop()
    this.#safetyRest.end()
    await this.#running
  }

  async #follow(): Promise<void> {
    const { bell, follower } = this.#options
    const leaveBell = bell?.add(this)
    await follower.run()
    leaveBell?.()
  }

  #searchLostEvents(): Promise<void> {
    const { health, stopping } = this.#options
    return searchLostEvents({
      ...this.#options,
      signal: stopping.signal,
      wait: (ms) => this.#safetyRest.wait(ms),
      isLive: () => health.state === 'live',
      onLost: () => this.#relist(),
    })
  }

  #relist(): void {
    const { known, follower } = this.#options
    known.requireList()
    follower.leave(this.#error('an event was lost', lostEvent))
  }

  #error(why: string, code: string): TransportError {
    return new TransportError(`Cannot watch ${titleOf(this.#options.selection)}: ${why}`, code)
  }
}
