import type { Clock } from '../std/clock.ts'
import { JointWork } from './joint-work.ts'
import type { Session } from './session.ts'

export interface GatheringOptions<T> {
  /** Tells when work begins. */
  readonly clock: Clock
  /** For so long names are gathered; real time, for it only bundles what comes at the same moment. */
  readonly windowMs: number
  /** Where others' work is under way when that time is over, names are gathered for as long once more. */
  readonly isPatient?: boolean
  /** As soon as there are so many names the work begins. */
  readonly most: number
  /** Does the work for all names at once, in a session that ends when nobody waits any more. */
  readonly run: (names: readonly string[], session: Session) => Promise<T>
}

interface Round<T> {
  readonly names: Set<string>
  readonly work: JointWork<T>
  readonly begin: () => void
  /** When it began; monotonic. */
  begunMs: number
}

/** Gathers what several ask for within a moment into one piece of work of which each has a share. */
export class Gathering<T> {
  readonly #options: GatheringOptions<T>
  #open: Round<T> | undefined
  /** Those that have begun and not ended, by each of their names. */
  readonly #underWay = new Map<string, Round<T>>()

  constructor(options: GatheringOptions<T>) {
    this.#options = options
  }

  /** Asks for names together with those who ask in the same moment. */
  ask(names: readonly string[], session: Session, signal: AbortSignal): Promise<T> {
    const open = this.#open
    const round = open === undefined || open.work.isAbandoned ? this.#start(session) : open
    for (const it of names) round.names.add(it)
    const share = round.work.join(signal)
    if (round.names.size >= this.#options.most) round.begin()
    return share
  }

  /** Joins work that has begun already, after `sinceMs` (monotonic), when this name is in it. */
  join(name: string, sinceMs: number, signal: AbortSignal): Promise<T> | undefined {
    const round = this.#underWay.get(name)
    if (round === undefined || round.work.isAbandoned || round.begunMs <= sinceMs) return undefined
    return round.work.join(signal)
  }

  #start(session: Session): Round<T> {
    const { clock, windowMs, run, isPatient = false } = this.#options
    const begun = Promise.withResolvers<void>()
    const names = new Set<string>()
    const begin = () => {
      clearTimeout(timer)
      if (this.#open === round) this.#open = undefined
      round.begunMs = clock.monotonic()
      for (const it of names) this.#underWay.set(it, round)
      begun.resolve()
    }
    const work = new JointWork<T>(async (signal) => {
      await begun.promise
      try {
        signal.throwIfAborted()
        return await run([...names], session.under(signal))
      } finally {
        this.#end(round)
      }
    })
    const round: Round<T> = { names, work, begin, begunMs: Infinity }
    const end = () => {
      if (isPatient && this.#underWay.size > 0) timer = setTimeout(begin, windowMs)
      else begin()
    }
    let timer = setTimeout(end, windowMs)
    this.#open = round
    return round
  }

  #end(round: Round<T>): void {
    for (const it of round.names) if (this.#underWay.get(it) === round) this.#underWay.delete(it)
  }
}
