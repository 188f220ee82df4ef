import type { Clock } from '../std/clock.ts'
import { Recent } from '../std/recent.ts'
import type { FindRequest } from '../store/provider.ts'
import { namesOf } from './find-items.ts'
import { JointWorks } from './joint-work.ts'
import type { Scout } from './scout.ts'
import type { Session } from './session.ts'

interface Found {
  readonly names: readonly string[]
  /** When the list of them began; monotonic. */
  readonly listedMs: number
}

/** A find that follows a look at what it would find is of the same moment. */
const momentMs = 5000
const mostFinds = 100

/** The names that finds of one identity find. Equal finds share a list; it serves for a moment. */
export class FoundNames {
  readonly #clock: Clock
  readonly #scout: Scout
  readonly #works = new JointWorks<Found>()
  readonly #found = new Recent<string, Found>(mostFinds)

  constructor(clock: Clock, scout: Scout) {
    this.#clock = clock
    this.#scout = scout
  }

  /** As `namesOf`: by a list that began then, or in a moment before unless it is to begin `anew`. */
  async get(
    request: FindRequest,
    session: Session,
    { signal, sinceMs }: { signal: AbortSignal; sinceMs?: number },
  ): Promise<readonly string[]> {
    const { path, name, tags } = request
    const key = JSON.stringify([path, name, name === undefined ? Object.values(tags ?? {}).toSorted() : []])
    const wantedMs = sinceMs ?? this.#clock.monotonic() - momentMs
    const known = this.#found.get(key)
    if (known !== undefined && known.listedMs >= wantedMs) return known.names
    const start = (shared: AbortSignal) => this.#list(key, request, session.under(shared))
    const joined = await this.#works.join(key, start, { signal })
    if (joined.listedMs >= wantedMs) return joined.names
    return (await this.#works.join(key, start, { signal })).names
  }

  async #list(key: string, request: FindRequest, session: Session): Promise<Found> {
    const listedMs = this.#clock.monotonic()
    const names = await namesOf(request, { session, scout: this.#scout, signal: session.signal, listedMs })
    const found = { names, listedMs }
    this.#found.set(key, found)
    return found
  }
}
