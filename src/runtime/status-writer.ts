import { isDeepStrictEqual } from 'node:util'
import type { Client } from '../kube/client.ts'
import { isConflict, isNotFound } from '../kube/errors.ts'
import { apiVersionOf, type Kind } from '../kube/kind.ts'
import { type KubeObject, keyOf, type ObjectKey } from '../kube/object.ts'
import type { DeclaredStatus } from '../kube/served-schema.ts'
import type { Clock } from '../std/clock.ts'
import { KnownStatuses, type Reconcilable } from './known-statuses.ts'
import { type OwnStatus, ownStatusOf, type RawStatus, spokenOf, wireStatusOf } from './own-status.ts'
import { PerObject } from './per-object.ts'
import { holdsAll, Withheld } from './withheld.ts'

export type { Reconcilable } from './known-statuses.ts'

export interface StatusWriterOptions<Fields> {
  readonly client: Client
  readonly kind: Kind
  readonly fieldManager: string
  readonly clock: Clock
  /** All status fields that are ours, beside conditions and observedGeneration. */
  readonly fields: readonly (keyof Fields & string)[]
  /** Fields that move with every refresh: when nothing else differs, writing them may wait. */
  readonly volatile?: readonly (keyof Fields & string)[] | undefined
  /**
   * What the served CRD lets a status hold; undefined is all of ours. An apply with anything else is refused whole, so
   * that is left out.
   */
  readonly declared?: (() => DeclaredStatus | undefined) | undefined
}

export interface WriteStatusOptions {
  readonly signal: AbortSignal
  /** Nothing happened but a refresh: a difference in volatile fields alone is written every ten minutes. */
  readonly mayWait?: boolean
}

/** What is ours of a status. */
type Own<Fields> = OwnStatus<Partial<Fields>>

/** What came of a write, and what was on record before it; `gone` when there is no such object any more. */
export type WriteResult<Fields> =
  | { readonly kind: 'gone' }
  | { readonly kind: 'written' | 'same'; readonly before: Own<Fields>; readonly status: Own<Fields> }

const mayWaitMs = 600_000
const maxAttempts = 5

/**
 * Writes statuses: always the full set of what we own, by server-side apply, only when something differs, and only to
 * the very object that was looked at: its resourceVersion is a precondition (a uid in an apply to `/status` is not,
 * the API server ignores it there). Knows what it wrote until the cache has it too.
 */
export class StatusWriter<T extends Reconcilable, Fields extends object> {
  readonly #options: StatusWriterOptions<Fields>
  readonly #known = new KnownStatuses<T>()
  /** Objects whose last write failed, and may have been done all the same. */
  readonly #doubtful = new PerObject<true>()
  readonly #withheld = new Withheld()

  constructor(options: StatusWriterOptions<Fields>) {
    this.#options = options
  }

  /**
   * The object with the newest status that is known: the cache may not have seen our last write yet, and the CRD may
   * not hold all of it.
   */
  newest(object: T): T {
    const newest = this.#known.newest(object)
    const declared = this.#options.declared?.()
    if (holdsAll(declared) || newest.status === undefined) return newest
    const raw = rawStatusOf(newest)
    const { observedGeneration, conditions } = this.#withheld.whole(newest, spokenOf(raw), declared)
    const generation = observedGeneration === undefined ? {} : { observedGeneration }
    return { ...newest, status: { ...raw, ...generation, conditions } }
  }

  /** The cache has this by now: the status that was written before it, as large as the object, is let go. */
  seen(object: T): void {
    this.#known.seen(object)
  }

  /**
   * True when a status that we never wrote turned into another one: the last word of another leader, of which a run
   * that saw the one before knows nothing. What others write over ours is not fought for.
   */
  wasOvertaken(before: T, now: T): boolean {
    if (this.#doubtful.get(now.metadata) || !this.#known.isUnheardOf(now)) return false
    return !isDeepStrictEqual(this.#shown(before), this.#shown(now))
  }

  /** Looks what became of a write that failed, where there was one; never rejects. */
  async resolve(object: T, signal: AbortSignal): Promise<void> {
    if (!this.#doubtful.get(object.metadata)) return
    await this.#look(object, signal).catch(() => undefined)
  }

  /** What is ours of an object's newest status. */
  own(object: T): Own<Fields> {
    return ownStatusOf<Fields>(rawStatusOf(this.newest(object)), this.#options.fields)
  }

  /**
   * Writes what `statusOf` makes of what is on record; it is asked again when that turns out to be newer than was known.
   * Throws ApiError or TransportError when it cannot be written; it may have been, all the same.
   */
  async write(
    object: T,
    statusOf: (own: Own<Fields>) => Own<Fields>,
    options: WriteStatusOptions,
  ): Promise<WriteResult<Fields>> {
    for (let attempt = 1; ; attempt++) {
      const before = this.own(object)
      const status = statusOf(before)
      const wanted = this.#wire(status)
      const isSame = this.#isSame(object, wanted, before, options.mayWait)
      const kind = isSame ? 'same' : await this.#applyTo(object, wanted, options.signal, attempt)
      if (kind === 'gone') return { kind }
      if (kind === 'stale') continue
      this.#withheld.note(object, status, this.#options.declared?.())
      return { kind, before, status }
    }
  }

  /** Drops what is known of an object that is gone. */
  forget(key: ObjectKey): void {
    this.#known.forget(key)
    this.#doubtful.forget(key)
    this.#withheld.forget(key)
  }

  /** What a write that failed has left behind nobody knows: the next one is sent, whatever was there before. */
  #isSame(object: T, wanted: RawStatus, before: Own<Fields>, mayWait = false): boolean {
    if (this.#doubtful.get(object.metadata)) return false
    const there = this.#wire(before)
    return isDeepStrictEqual(wanted, there) || (mayWait && this.#canWait(object, wanted, there))
  }

  async #applyTo(
    object: T,
    wanted: RawStatus,
    signal: AbortSignal,
    attempt: number,
  ): Promise<'written' | 'gone' | 'stale'> {
    this.#doubtful.set(object.metadata, true)
    return this.#apply(object, wanted, signal).catch((error: unknown) => {
      if (isNotFound(error)) return 'gone'
      if (isConflict(error) && attempt < maxAttempts) return this.#overtaken(object, wanted, signal)
      throw error
    })
  }

  /** A stale version was refused: what the live object says counts, if it is still the one that was looked at. */
  async #overtaken(object: T, wanted: RawStatus, signal: AbortSignal): Promise<'written' | 'gone' | 'stale'> {
    if (!(await this.#look(object, signal))) return 'gone'
    // The client repeats a request whose answer was lost: it may be its own work that it met with.
    return isDeepStrictEqual(wanted, this.#wire(this.own(object))) ? 'written' : 'stale'
  }

  /** Learns what is on record now; false when the object is gone. */
  async #look(object: T, signal: AbortSignal): Promise<boolean> {
    const { kind, client } = this.#options
    const live = await client.find<T>(kind, object.metadata, { signal })
    if (live === undefined || live.metadata.uid !== object.metadata.uid) return false
    this.#learn(object, live)
    return true
  }

  #learn(object: T, live: Reconcilable, wroteMs?: number): void {
    this.#known.learn(object, live, wroteMs)
    this.#doubtful.forget(keyOf(object.metadata))
  }

  async #apply(object: T, status: RawStatus, signal: AbortSignal): Promise<'written'> {
    const { kind, client, fieldManager, clock } = this.#options
    const { name, namespace } = object.metadata
    const version = this.#known.versionOf(object)
    const named = { name, ...(namespace === undefined ? {} : { namespace }) }
    const metadata = { ...named, ...(version === undefined ? {} : { resourceVersion: version }) }
    const applied = await client.apply<KubeObject & { readonly status: RawStatus }>(
      kind,
      { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata, status },
      { fieldManager, force: true, subresource: 'status', signal },
    )
    this.#learn(object, applied.object, clock.monotonic())
    return 'written'
  }

  #canWait(object: T, wanted: RawStatus, there: RawStatus): boolean {
    const wroteMs = this.#known.wroteMs(object)
    if (wroteMs === undefined || this.#options.clock.monotonic() - wroteMs >= mayWaitMs) return false
    return isDeepStrictEqual(this.#lasting(wanted), this.#lasting(there))
  }

  #lasting(status: RawStatus): RawStatus {
    const isVolatile = (name: string) => this.#options.volatile?.some((it) => it === name) ?? false
    return Object.fromEntries(Object.entries(status).filter(([name]) => !isVolatile(name)))
  }

  /** What is ours of a status, as far as the CRD holds it. */
  #shown(object: T): RawStatus {
    return this.#wire(ownStatusOf<Fields>(rawStatusOf(object), this.#options.fields))
  }

  #wire(status: Own<Fields>): RawStatus {
    return wireStatusOf(status, this.#options.declared?.())
  }
}

function rawStatusOf(object: Reconcilable): RawStatus {
  return { ...object.status }
}
