import { type Backoff, exponential } from '../std/backoff.ts'
import type { Clock } from '../std/clock.ts'
import { Pause } from './pause.ts'
import type { Reflector } from './reflector.ts'
import type { Transport } from './transport.ts'

/** What the bell wakes. */
type Sleeper = Pick<Reflector, 'state' | 'wake'>

/** Wakes every reflector of one API server when it is ready again, so that none sleeps on in a long back-off. */
export interface ReadyBell {
  /** Gives the function that takes it out again. */
  add(sleeper: Sleeper): () => void
  /** A reflector is broken: asks `/readyz` from now on, until none is. */
  failed(): void
  /** When it resolves, no request or timer is left; `failed` does nothing any more. */
  stop(): Promise<void>
}

export interface ReadyBellTiming {
  readonly pollMs: number
  /** The longest time between two questions to a server that is ready, while a reflector stays broken (403). */
  readonly slowestPollMs: number
  readonly timeoutMs: number
}

const defaultTiming: ReadyBellTiming = { pollMs: 500, slowestPollMs: 10_000, timeoutMs: 2_000 }

/**
 * Rings when `/readyz` answers 200 after it did not. A reflector that is broken for a reason of its own while the
 * server is ready is left to its back-off, and the server is asked ever less often.
 */
export function createReadyBell(
  deps: { readonly transport: Transport; readonly clock: Clock },
  timing: Partial<ReadyBellTiming> = {},
): ReadyBell {
  return new PollingBell(deps.transport, deps.clock, { ...defaultTiming, ...timing })
}

class PollingBell implements ReadyBell {
  readonly #transport: Transport
  readonly #clock: Clock
  readonly #timing: ReadyBellTiming
  readonly #sleepers = new Set<Sleeper>()
  readonly #stopping = new AbortController()
  readonly #rest: Pause
  #polling: Promise<void> | undefined
  #delay: Backoff

  constructor(transport: Transport, clock: Clock, timing: ReadyBellTiming) {
    this.#transport = transport
    this.#clock = clock
    this.#timing = timing
    this.#rest = new Pause(this.#clock)
    this.#delay = this.#firstDelay()
  }

  add(sleeper: Sleeper): () => void {
    this.#sleepers.add(sleeper)
    return () => this.#sleepers.delete(sleeper)
  }

  failed(): void {
    if (this.#stopping.signal.aborted) return
    const isAskedSeldom = this.#delay.delayMs > this.#timing.pollMs
    this.#delay = this.#firstDelay()
    // Whoever sleeps out a long delay would miss that the server is gone meanwhile, and not ring.
    if (isAskedSeldom) this.#rest.end()
    this.#polling ??= this.#poll()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#rest.end()
    await this.#polling
  }

  async #poll(): Promise<void> {
    let wasDown = false
    while (!this.#stopping.signal.aborted && this.#someBroken()) {
      const ready = await this.#isReady()
      if (ready && wasDown) this.#ring()
      wasDown = !ready
      this.#delay = ready ? this.#delay.next() : this.#firstDelay()
      if (!this.#stopping.signal.aborted) await this.#rest.wait(this.#delay.delayMs)
    }
    this.#polling = undefined
  }

  #someBroken(): boolean {
    return [...this.#sleepers].some(({ state }) => state === 'broken')
  }

  #ring(): void {
    for (const sleeper of this.#sleepers) sleeper.wake()
  }

  async #isReady(): Promise<boolean> {
    const { signal } = this.#stopping
    try {
      const { timeoutMs } = this.#timing
      const answer = await this.#transport.request({ method: 'GET', path: '/readyz', signal, timeoutMs })
      return answer.status === 200
    } catch {
      return false
    }
  }

  #firstDelay(): Backoff {
    const { pollMs: initialMs, slowestPollMs: maxMs } = this.#timing
    return exponential({ initialMs, maxMs })
  }
}
