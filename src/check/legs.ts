import type { Clock } from '../std/clock.ts'
import { verdictOf } from './explain.ts'
import { type CheckName, type Finding, failed, skipped, type Verdict } from './finding.ts'

export interface LegsOptions {
  readonly clock: Clock
  /** For one leg. */
  readonly timeoutMs: number
  /** Ends the whole check. */
  readonly signal: AbortSignal
}

/** What a leg is given: its signal ends when its time is over. */
export type Leg = (signal: AbortSignal) => Promise<Verdict>

/** Runs legs, each within its time; whatever one throws is a finding. */
export class Legs {
  readonly #options: LegsOptions

  constructor(options: LegsOptions) {
    this.#options = options
  }

  async run(check: CheckName, object: string | undefined, leg: Leg): Promise<Finding> {
    const { clock } = this.#options
    const startMs = clock.monotonic()
    const verdict = await this.#timed(leg)
    return { check, object, ...verdict, durationMs: Math.round(clock.monotonic() - startMs) }
  }

  skip(check: CheckName, object: string | undefined, why: string): Finding {
    return { check, object, ...skipped(why), durationMs: 0 }
  }

  async #timed(leg: Leg): Promise<Verdict> {
    const { clock, timeoutMs, signal } = this.#options
    if (signal.aborted) return outOfTime
    const limit = new AbortController()
    const timedOut = Promise.withResolvers<Verdict>()
    const end = (verdict: Verdict) => {
      timedOut.resolve(verdict)
      limit.abort(new DOMException('The leg took too long', 'TimeoutError'))
    }
    const cancel = clock.after(timeoutMs, () => end(tooLong(timeoutMs)))
    const onAbort = () => end(outOfTime)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      // Some waits know no signal; what they bring later is nobody's.
      return await Promise.race([judged(leg, limit.signal), timedOut.promise])
    } finally {
      cancel()
      signal.removeEventListener('abort', onAbort)
    }
  }
}

async function judged(leg: Leg, signal: AbortSignal): Promise<Verdict> {
  try {
    return await leg(signal)
  } catch (error) {
    return verdictOf(error)
  }
}

const outOfTime = failed(
  'not made: the time of the whole check is over',
  'look at one store with --store or at one namespace with -n, or give a longer --timeout',
)

function tooLong(timeoutMs: number): Verdict {
  return failed(`no answer within ${timeoutMs / 1000} s`, 'give a longer --timeout if it is only slow')
}
