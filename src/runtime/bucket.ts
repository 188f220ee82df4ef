import { LRUCache } from 'lru-cache'
import type { Clock } from '../std/clock.ts'

export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

/** Lets so many through a second, and a burst of some more. */
export class Bucket {
  readonly #clock: Clock
  readonly #perSecond: number
  readonly #burst: number
  #tokens: number
  #filledMs: number

  constructor(clock: Clock, { perSecond, burst }: Rate) {
    this.#clock = clock
    this.#perSecond = perSecond
    this.#burst = burst
    this.#tokens = burst
    this.#filledMs = clock.monotonic()
  }

  /** True when there was room for one more. */
  take(): boolean {
    const nowMs = this.#clock.monotonic()
    const gained = ((nowMs - this.#filledMs) / 1000) * this.#perSecond
    this.#tokens = Math.min(this.#burst, this.#tokens + gained)
    this.#filledMs = nowMs
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }

  /** Takes one back that turned out not to count. */
  giveBack(): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + 1)
  }
}

const mostSenders = 1000

/** A bucket for each sender, of those that were heard last. */
export class SenderBuckets {
  readonly #clock: Clock
  readonly #rate: Rate
  readonly #buckets = new LRUCache<string, Bucket>({ max: mostSenders })

  constructor(clock: Clock, rate: Rate) {
    this.#clock = clock
    this.#rate = rate
  }

  of(sender: string): Bucket {
    const bucket = this.#buckets.get(sender) ?? new Bucket(this.#clock, this.#rate)
    this.#buckets.set(sender, bucket)
    return bucket
  }
}
