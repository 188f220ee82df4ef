import { type Clock, sleep } from '../std/clock.ts'

export interface CourtesyOptions {
  readonly clock: Clock
  /** Whether there is work that others wait for. */
  readonly isBusy: () => boolean
  /** For how long what is held back gives way at most. */
  readonly mostMs: number
}

/** Resolves when what came at `sinceMs` (monotonic) need not give way any longer; rejects when the signal is aborted. */
export type Courtesy = (sinceMs: number, signal: AbortSignal) => Promise<void>

const lookMs = 50

/** Lets what can wait give way to what cannot, for a bounded time. */
export function createCourtesy({ clock, isBusy, mostMs }: CourtesyOptions): Courtesy {
  return async (sinceMs, signal) => {
    while (isBusy()) {
      const leftMs = sinceMs + mostMs - clock.monotonic()
      if (leftMs <= 0) return
      await sleep(Math.min(lookMs, leftMs), clock, signal)
    }
  }
}
