import { type Clock, systemClock } from '../../src/std/clock.ts'

const longMs = 900_000

/**
 * The machine's clock, but whoever sets a timer of a quarter of an hour or longer is called back after a fraction of
 * it: the hourly search for lost events comes every second. Shorter timers, such as timeouts, keep their length.
 */
export function hurriedClock(factor = 4000): Clock {
  return {
    ...systemClock,
    after: (ms, callback) => systemClock.after(ms >= longMs ? ms / factor : ms, callback),
  }
}
