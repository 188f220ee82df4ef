import { failure } from '../api/reason.ts'
import type { Clock } from '../std/clock.ts'
import type { Failure } from '../std/failure.ts'

export interface PatienceOptions {
  /** Host and port of the Gateway, for messages. */
  readonly host: string
  readonly clock: Clock
  /** For so long a few may wait for a Gateway that answers nobody, more of them for half of it; the pause is half of it. */
  readonly giveUpMs: number
}

interface Work {
  /** When it began, or when the Gateway last answered anybody since. */
  sinceMs: number
}

/** So many may wait for longer: they leave most workers to others. */
const few = 4
const secondLookMs = 20
/** A call that fails within this time holds nobody up. */
const quickMs = 1000

/**
 * Keeps a Gateway that answers nobody, or too slowly to the end, from holding all workers: each of them would wait
 * for its own deadlines, and no other store would be served meanwhile. While nobody gets an answer only the oldest
 * work goes on waiting; the other is given up, and new work is refused but for one try after each pause. The first
 * answer to any call ends all that.
 */
export class Patience {
  readonly #options: PatienceOptions
  readonly #underWay = new Set<Work>()
  #silentUntilMs: number | undefined

  constructor(options: PatienceOptions) {
    this.#options = options
  }

  /** Runs one piece of work, of many calls perhaps; throws GatewayUnreachable when nobody should wait any more. */
  async attend<T>(signal: AbortSignal, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { clock } = this.#options
    this.#refuseWhileSilent()
    const work = { sinceMs: clock.monotonic() }
    const given = new AbortController()
    this.#underWay.add(work)
    const stop = this.#watch(work, () => given.abort(this.#givenUp()))
    try {
      return await run(AbortSignal.any([signal, given.signal]))
    } catch (error) {
      if (clock.monotonic() - work.sinceMs >= quickMs) this.#fallSilent()
      throw error
    } finally {
      stop()
      this.#underWay.delete(work)
    }
  }

  /** Tells how a call ended: an answer, or a failure that came at once, shows that nobody waits in vain. */
  ended(isAnswer: boolean, tookMs: number): void {
    if (!isAnswer && tookMs >= quickMs) return
    this.#silentUntilMs = undefined
    for (const it of this.#underWay) it.sinceMs = this.#options.clock.monotonic()
  }

  #refuseWhileSilent(): void {
    if (this.#silentUntilMs === undefined) return
    const isTime = this.#options.clock.monotonic() >= this.#silentUntilMs
    if (!isTime || this.#underWay.size > 0) throw this.#givenUp()
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
      else {
        this.#fallSilent()
        giveUp()
      }
    }
    look(false)
    return () => stop()
  }

  /** None for the oldest, which the deadlines of its calls end. */
  #patienceWith(work: Work): number | undefined {
    const place = [...this.#underWay].indexOf(work)
    if (place === 0) return undefined
    return place < few ? this.#options.giveUpMs : this.#options.giveUpMs / 2
  }

  #fallSilent(): void {
    this.#silentUntilMs = this.#options.clock.monotonic() + this.#options.giveUpMs / 2
  }

  #givenUp(): Failure {
    const { host } = this.#options
    return failure(
      'GatewayUnreachable',
      `Cannot ask gateway "${host}": it answers nobody now, and one call at a time tries it; look at its log and at the network`,
    )
  }
}
