import { setTimeout as sleep } from 'node:timers/promises'

/** For what comes in moments, unless the machine does much else. */
export const patienceMs = 30_000

/**
 * Calls `look` until it gives a value other than undefined and false, every 50 ms; throws with `what` when
 * `withinMs` has passed, and with the last error if looking itself failed.
 */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  withinMs = patienceMs,
): Promise<T> {
  const deadline = Date.now() + withinMs
  let cause: unknown
  do {
    try {
      const seen = await look()
      if (seen !== undefined && seen !== false) return seen
      cause = undefined
    } catch (error) {
      cause = error
    }
    await sleep(50)
  } while (Date.now() < deadline)
  throw new Error(`Not within ${withinMs} ms: ${what}`, { cause })
}
