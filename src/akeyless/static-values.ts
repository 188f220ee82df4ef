import type { Clock } from '../std/clock.ts'
import { Failure } from '../std/failure.ts'
import { Gathering } from './gathering.ts'
import type { Answer } from './http.ts'
import { absolute } from './item-book.ts'
import { whatOf } from './item-failure.ts'
import { valueIn } from './item-types.ts'
import { meaningOf } from './judge.ts'
import { isJsonObject } from './schema.ts'
import type { Session } from './session.ts'

/** The answer to the read of one name. */
export interface Read {
  readonly answer: Answer
  /** The call was about this name and no other, so that its failure tells something of it. */
  readonly isAlone: boolean
}

export interface StaticRead {
  readonly ignoreCache: boolean
  /** Only a call that begins after this counts; monotonic. */
  readonly sinceMs: number
}

const windowMs = 10
/** Names in one call; the largest values of so many stay below what a body may have. */
const mostNames = 20
/** So long a name goes in smaller calls after it was in one that failed, or by itself when it failed there. */
const limitMs = 600_000
const mostLimits = 10_000

interface Limit {
  /** Names in a call with this one. */
  readonly names: number
  readonly untilMs: number
}

type Reads = Map<string, Read | Failure>

/**
 * Reads the latest values of static secrets of one identity: those that are asked for in the same moment in one call.
 * When it fails for one of them the others are read by themselves, and that one stays out of batches for a while. A
 * value is kept for no longer than until those who wait have it.
 */
export class StaticValues {
  readonly #clock: Clock
  readonly #cached: Gathering<Reads>
  readonly #uncached: Gathering<Reads>
  readonly #limits = new Map<string, Limit>()
  /** When the last call began that was answered; monotonic. */
  #goodMs = -Infinity
  #probes = 0

  constructor(clock: Clock) {
    this.#clock = clock
    const gathering = (ignoreCache: boolean) =>
      new Gathering({
        clock,
        windowMs,
        most: mostNames,
        isPatient: true,
        run: (names: readonly string[], session: Session) => this.#read(names, session, ignoreCache),
      })
    this.#cached = gathering(false)
    this.#uncached = gathering(true)
  }

  /** The answer for one name; throws the Failure of the call when there is none. */
  async read(given: string, session: Session, { ignoreCache, sinceMs }: StaticRead): Promise<Read> {
    const name = absolute(given)
    const gathering = ignoreCache ? this.#uncached : this.#cached
    const running = gathering.join(name, sinceMs, session.signal)
    const reads = await (running ?? gathering.ask([name], session, session.signal))
    const read = reads.get(name)
    if (read === undefined) throw new Error(`the answer for "${name}" is lost`)
    if (read instanceof Failure) throw read
    return read
  }

  async #read(names: readonly string[], session: Session, ignoreCache: boolean): Promise<Reads> {
    const reads: Reads = new Map()
    const single = async (name: string) => {
      reads.set(name, await this.#readAlone(name, session, ignoreCache))
    }
    const together = async (chunk: readonly string[]) => {
      const [first = ''] = chunk
      if (chunk.length === 1) return single(first)
      for (const [name, read] of await this.#readTogether(chunk, session, ignoreCache)) reads.set(name, read)
      await Promise.all(chunk.filter((it) => isOpen(it, reads.get(it))).map(single))
    }
    await Promise.all(this.#chunksOf(names).map(together))
    return reads
  }

  #chunksOf(names: readonly string[]): readonly (readonly string[])[] {
    const groups = Map.groupBy(names, (it) => this.#limitOf(it))
    return [...groups].flatMap(([most, group]) =>
      Array.from({ length: Math.ceil(group.length / most) }, (_, n) => group.slice(n * most, (n + 1) * most)),
    )
  }

  async #readTogether(names: readonly string[], session: Session, ignoreCache: boolean): Promise<Reads> {
    const startedMs = this.#clock.monotonic()
    const answer = await this.#answer(names, session, ignoreCache)
    if (answer instanceof Failure) {
      if (this.#goodMs >= startedMs) this.#limit(names, Math.floor(names.length / 2))
      return new Map(names.map((it) => [it, answer]))
    }
    if (meaningOf(answer) === 'ok') for (const it of names) this.#limits.delete(it)
    const reads: Reads = new Map(names.map((it) => [it, { answer: answerFor(it, answer), isAlone: false }]))
    if (meaningOf(answer) === 'unavailable') await this.#probe(names, reads, session, ignoreCache)
    return reads
  }

  /** One name of a failed call by itself: when it is answered another one of them is at fault, and not the Gateway. */
  async #probe(
    names: readonly string[],
    reads: Reads,
    session: Session,
    ignoreCache: boolean,
  ): Promise<void> {
    this.#probes += 1
    const name = names[this.#probes % names.length] ?? ''
    const read = await this.#readAlone(name, session, ignoreCache)
    if (read instanceof Failure || meaningOf(read.answer) !== 'ok') return
    reads.set(name, read)
    const others = names.filter((it) => it !== name)
    this.#limit(others, Math.floor(names.length / 2))
  }

  async #readAlone(name: string, session: Session, ignoreCache: boolean): Promise<Read | Failure> {
    const answer = await this.#answer([name], session, ignoreCache)
    if (answer instanceof Failure) return answer
    const read = { answer, isAlone: true }
    const meaning = meaningOf(answer)
    if (meaning === 'ok' && !isOpen(name, { ...read, isAlone: false })) this.#limits.delete(name)
    else if (meaning !== 'throttled' && meaning !== 'unavailable') this.#limit([name], 1)
    return read
  }

  async #answer(names: readonly string[], session: Session, ignoreCache: boolean): Promise<Answer | Failure> {
    const startedMs = this.#clock.monotonic()
    try {
      const answer = await call(names, session, ignoreCache)
      if (meaningOf(answer) === 'ok') this.#goodMs = Math.max(this.#goodMs, startedMs)
      return answer
    } catch (error) {
      if (error instanceof Failure) return error
      throw error
    }
  }

  #limitOf(name: string): number {
    const limit = this.#limits.get(name)
    return limit === undefined || limit.untilMs <= this.#clock.monotonic() ? mostNames : limit.names
  }

  #limit(names: readonly string[], most: number): void {
    const limit = { names: Math.max(1, most), untilMs: this.#clock.monotonic() + limitMs }
    for (const it of names) {
      this.#limits.delete(it)
      this.#limits.set(it, limit)
    }
    for (const oldest of this.#limits.keys()) {
      if (this.#limits.size <= mostLimits) return
      this.#limits.delete(oldest)
    }
  }
}

async function call(names: readonly string[], session: Session, ignoreCache: boolean): Promise<Answer> {
  const [first = ''] = names
  const what = names.length === 1 ? whatOf(first) : `read ${names.length} items`
  const body = { names, ...(ignoreCache && { 'ignore-cache': 'true' }), json: false }
  return session.call('get-secret-value', body, what)
}

/** Whether a batch left it open what there is to say of one of its names: only that name by itself tells. */
function isOpen(name: string, read: Read | Failure | undefined): boolean {
  if (read === undefined || read instanceof Failure || read.isAlone) return false
  const { answer } = read
  switch (meaningOf(answer)) {
    case 'ok':
      return isJsonObject(answer.body) && (valueIn(answer.body, name) ?? undefined) === undefined
    case 'denied':
    case 'missing':
    case 'refused':
      return true
    case 'malformed':
      // One value may be too large or no text, which says nothing of its neighbours. A page of HTML is no such answer.
      return answer.isJson
    case 'throttled':
    case 'unavailable':
    case 'misplaced':
    case 'redirect':
      return false
  }
}

/** What a single call would have answered: nobody gets to see the values of others. */
function answerFor(name: string, answer: Answer): Answer {
  if (!isJsonObject(answer.body)) return answer
  const value = valueIn(answer.body, name)
  return { ...answer, body: value === undefined ? {} : { [name]: value } }
}
