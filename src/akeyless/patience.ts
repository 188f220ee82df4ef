import type { Clock } from '../std/clock.ts'
import { type Circuit, quickMs } from './circuit.ts'

export interface PatienceOptions {
  readonly clock: Clock
  readonly circuit: Circuit
  /** For so long a few may wait for a Gateway that answers nobody, more of them for half of it. */
  readonly giveUpMs: number
  /** For so long a call waits for the end of a pause that the Gateway asked for. */
  readonly waitMs: number
}

interface Work {
  /** When it began, or when the Gateway last answered anybody since. */
  sinceMs: number
}

/** So many may wait for longer: they leave most workers to others. */
const few = 4
const secondLookMs = 20

/**
 * Keeps a Gateway that answers nobody, or too slowly to the end, from holding all workers: each of them would wait
 * for its own deadlines. While nobody gets an answer only the oldest work goes on waiting; the other is given up, and
 * the circuit refuses new work. The first answer to any call ends all that.
 */
export class Patience {
  readonly #options: PatienceOptions
  readonly #underWay = new Set<Work>()

  constructor(options: PatienceOptions) {
    this.#options = options
  }

  /** Runs one piece of work, of many calls perhaps; throws what the circuit does when nobody should wait any more. */
  async attend<T>(signal: AbortSignal, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { clock, circuit, waitMs } = this.#options
    circuit.refuse(waitMs)
    signal.throwIfAborted()
    const work = { sinceMs: clock.monotonic() }
    const end = new AbortController()
    // By hand: what AbortSignal.any joins is held by weak references, and costs the collector ten times as much.
    const onAbort = () => end.abort(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    this.#underWay.add(work)
    const stop = this.#watch(work, () => end.abort(circuit.giveUp()))
    try {
      return await run(end.signal)
    } finally {
      stop()
      signal.removeEventListener('abort', onAbort)
      this.#underWay.delete(work)
    }
  }

  /**
   * Runs work that is never given up, for the answer that it waits for may be all that tells of what was made. It
   * ends by the deadlines of its calls; throws as `attend` does where nobody may call when it begins.
   */
  attendToTheEnd<T>(signal: AbortSignal, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { circuit, waitMs } = this.#options
    circuit.refuse(waitMs)
    return run(signal)
  }

  /** Tells how a call ended: an answer, or a failure that came at once, shows that nobody waits in vain. */
  ended(isAnswer: boolean, tookMs: number): void {
    if (!isAnswer && tookMs >= quickMs) return
    for (const it of this.#underWay) it.sinceMs = this.#options.clock.monotonic()
  }

  /** Gives work up once the Gateway has been silent for long enough, unless it is the oldest. */
  #watch(work: Work, giveUp: () => void): () => void {
    const { clock } = this.#options
    let stop = () => {}
    const look = (isSecond: boolean) => {
      const patienceMs = this.#patienceWith(work)
      if (patienceMs === undefined) return
      const leftMs = work.sinceMs + patienceMs - clock.monotonic()
      if (leftMs > 0) stop = clock.after(leftMs, () => look(false))
      // Answers that lay unread while this process was busy come in between.
      else if (!isSecond) stop = clock.after(secondLookMs, () => look(true))
      else giveUp()
    }
    look(false)
    return () => stop()
  }

  /** None for the oldest, which the deadlines of its calls end. */
  #patienceWith(work: Work): number | undefined {
    const place = this.#placeOf(work)
    if (place === 0) return undefined
    return place < few ? this.#options.giveUpMs : this.#options.giveUpMs / 2
  }

  /** How many were there before; `few` for all those that come after the first few. */
  #placeOf(work: Work): number {
    let place = 0
    for (const it of this.#underWay) {
      if (it === work || place === few) return place
      place += 1
    }
    return few
  }
}
