import type { Clock } from '../../src/std/clock.ts'

interface Timer {
  readonly atMs: number
  readonly callback: () => void
}

/** A clock that moves only when told to. Its wall clock starts at 2026-01-01 and can be set apart from the other. */
export class ManualClock implements Clock {
  #monotonicMs = 0
  #wallOffsetMs = Date.UTC(2026, 0, 1)
  readonly #timers = new Set<Timer>()

  now(): number {
    return this.#monotonicMs + this.#wallOffsetMs
  }

  monotonic(): number {
    return this.#monotonicMs
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { atMs: this.#monotonicMs + Math.max(0, ms), callback }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  get timerCount(): number {
    return this.#timers.size
  }

  /** The wall clock jumps; time that only goes forward does not. */
  jumpWall(ms: number): void {
    this.#wallOffsetMs += ms
  }

  /** Time passes while nothing runs: a process that is stopped. No timer fires until the next `advance`. */
  freeze(ms: number): void {
    this.#monotonicMs += ms
  }

  /** Time passes, timers fire at their moment and in their order. */
  advance(ms: number): void {
    const endMs = this.#monotonicMs + ms
    for (let due = this.#nextDue(endMs); due !== undefined; due = this.#nextDue(endMs)) {
      this.#timers.delete(due)
      this.#monotonicMs = Math.max(this.#monotonicMs, due.atMs)
      due.callback()
    }
    this.#monotonicMs = endMs
  }

  /** As `advance`, in steps between which promises get their turn. */
  async pass(ms: number, stepMs = ms): Promise<void> {
    for (let leftMs = ms; leftMs > 0; leftMs -= stepMs) {
      this.advance(Math.min(stepMs, leftMs))
      await settle()
    }
  }

  #nextDue(endMs: number): Timer | undefined {
    let first: Timer | undefined
    for (const timer of this.#timers) {
      if (timer.atMs <= endMs && (first === undefined || timer.atMs < first.atMs)) first = timer
    }
    return first
  }
}

/** Lets everything run that waits for nothing but promises and immediates. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}
