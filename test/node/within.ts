import { setTimeout as sleep } from 'node:timers/promises'

/** Tries until `attempt` does not throw; rethrows its last error after `ms`, or once `goesOn` is false. */
export async function within<T>(
  ms: number,
  attempt: () => Promise<T>,
  goesOn: () => boolean = () => true,
): Promise<T> {
  const deadline = Date.now() + ms
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (Date.now() > deadline || !goesOn()) throw error
    }
    await sleep(200)
  }
}
