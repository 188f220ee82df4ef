/** Lets at most so many pieces of work run at once; the rest wait their turn in the order they came. */
export interface InFlight {
  /** Throws the signal's reason when it is aborted while waiting. */
  run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>
}

/** Work that throws gives its turn back too. */
export function createInFlight(limit: number): InFlight {
  const waiting = new Set<() => void>()
  let running = 0

  const turn = (signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const go = () => {
        signal.removeEventListener('abort', onAbort)
        resolve()
      }
      const onAbort = () => {
        waiting.delete(go)
        reject(signal.reason)
      }
      waiting.add(go)
      signal.addEventListener('abort', onAbort, { once: true })
    })

  // A slot that is freed goes straight to the first who waits, so that nobody can slip in between.
  const leave = () => {
    const [next] = waiting
    if (next === undefined) running -= 1
    else {
      waiting.delete(next)
      next()
    }
  }

  return {
    run: async (signal, work) => {
      signal.throwIfAborted()
      if (running < limit) running += 1
      else await turn(signal)
      try {
        return await work()
      } finally {
        leave()
      }
    },
  }
}
