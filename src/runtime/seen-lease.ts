import type { Clock } from '../std/clock.ts'
import { holderOf, type Lease } from './lease.ts'

/** The lease as this process last saw it, judged by its own clock alone: what others wrote of time is not believed. */
export class SeenLease {
  readonly #clock: Clock
  #lease: Lease | undefined
  /** When we first saw the lease as it is now: from then on its holder has its full duration. */
  #seenMs = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get lease(): Lease | undefined {
    return this.#lease
  }

  see(lease: Lease): void {
    const old = this.#lease?.metadata
    const { uid, resourceVersion } = lease.metadata
    if (old?.uid !== uid || old?.resourceVersion !== resourceVersion) this.#seenMs = this.#clock.monotonic()
    this.#lease = lease
  }

  isFreeFor(identity: string): boolean {
    const holder = this.#lease === undefined ? '' : holderOf(this.#lease)
    return holder === '' || holder === identity || this.freeInMs() <= 0
  }

  /** Milliseconds until its holder's time is over; 0 or less when it is, or when nobody holds it. */
  freeInMs(): number {
    if (this.#lease === undefined || holderOf(this.#lease) === '') return 0
    const durationMs = (this.#lease.spec?.leaseDurationSeconds ?? 0) * 1000
    return this.#seenMs + durationMs - this.#clock.monotonic()
  }
}
