import { isDeepStrictEqual } from 'node:util'
import type { Client } from '../kube/client.ts'
import { isConflict, isNotFound } from '../kube/errors.ts'
import { apiVersionOf, type Kind } from '../kube/kind.ts'
import {
  type Condition,
  compareResourceVersions,
  type KubeObject,
  keyOf,
  type ObjectKey,
  type ObjectMeta,
} from '../kube/object.ts'
import type { DeclaredStatus } from '../kube/served-schema.ts'
import type { Clock } from '../std/clock.ts'
import { conditionTypes } from './status.ts'
import { holdsAll, Withheld, writableConditions } from './withheld.ts'

/** An object with a status of its own. */
export interface Reconcilable extends KubeObject {
  readonly status?: object | undefined
}

/** Everything a controller owns of a status. */
export interface OwnStatus<Fields> {
  readonly observedGeneration?: number | undefined
  readonly conditions: readonly Condition[]
  readonly fields: Fields
}

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

type RawStatus = Readonly<Record<string, unknown>>
type StatusObject = KubeObject & { readonly status: RawStatus }

interface Written {
  readonly uid: string | undefined
  readonly atMs: number
  readonly resourceVersion: string | undefined
  /** Let go as soon as the cache has it, too. */
  readonly status: object | undefined
}

const mayWaitMs = 600_000
const maxAttempts = 5

/**
 * Writes statuses: always the full set of what we own, by server-side apply, only when something differs, and only to
 * the very object that was looked at: its resourceVersion is a precondition (a uid in an apply to `/status` is not,
 * the API server ignores it there). Knows what it wrote until the cache has it too.
 */
export class StatusWriter<T extends Reconcilable, Fields extends object> {
  readonly #options: StatusWriterOptions<Fields>
  readonly #written = new Map<ObjectKey, Written>()
  readonly #withheld = new Withheld()

  constructor(options: StatusWriterOptions<Fields>) {
    this.#options = options
  }

  /**
   * The object with the newest status that is known: the cache may not have seen our last write yet, and the CRD may
   * not hold all of it.
   */
  newest(object: T): T {
    const newest = this.#newestShown(object)
    const declared = this.#options.declared?.()
    if (holdsAll(declared) || newest.status === undefined) return newest
    const raw = rawStatusOf(newest)
    const { observedGeneration, conditions } = this.#withheld.whole(newest, spokenOf(raw), declared)
    const generation = observedGeneration === undefined ? {} : { observedGeneration }
    return { ...newest, status: { ...raw, ...generation, conditions } }
  }

  /** The cache has this by now: the status that was written before it, as large as the object, is let go. */
  seen({ metadata }: T): void {
    const key = keyOf(metadata)
    const written = this.#written.get(key)
    if (written?.status === undefined || written.uid !== metadata.uid || isBehind(metadata, written)) return
    this.#written.set(key, { ...written, status: undefined })
  }

  #newestShown(object: T): T {
    this.seen(object)
    const written = this.#written.get(keyOf(object.metadata))
    return written?.status === undefined || written.uid !== object.metadata.uid
      ? object
      : { ...object, status: written.status }
  }

  /** What is ours of an object's newest status. */
  own(object: T): OwnStatus<Partial<Fields>> {
    const raw = rawStatusOf(this.newest(object))
    const fields = this.#options.fields
      .filter((name) => raw[name] !== undefined)
      .map((name) => [name, raw[name]])
    return { ...spokenOf(raw), fields: Object.fromEntries(fields) as Partial<Fields> }
  }

  /** Gives `gone` when there is no such object any more; throws ApiError or TransportError when it cannot be written. */
  async write(
    object: T,
    status: OwnStatus<Partial<Fields>>,
    { signal, mayWait = false }: WriteStatusOptions,
  ): Promise<'written' | 'same' | 'gone'> {
    const wanted = this.#declared(status)
    const before = this.#declared(this.own(object))
    const isSame = isDeepStrictEqual(wanted, before) || (mayWait && this.#canWait(object, wanted, before))
    const result = isSame ? 'same' : await this.#applyTo(object, wanted, signal)
    if (result !== 'gone') this.#withheld.note(object, status, this.#options.declared?.())
    return result
  }

  /** Drops what is known of an object that is gone. */
  forget(key: ObjectKey): void {
    this.#written.delete(key)
    this.#withheld.forget(key)
  }

  /** A stale version is refused; the live object then says whether it is still the one that was looked at. */
  async #applyTo(object: T, status: RawStatus, signal: AbortSignal): Promise<'written' | 'gone'> {
    const { kind, client } = this.#options
    let version = this.#newestVersion(object)
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#apply(object, version, status, signal)
        return 'written'
      } catch (error) {
        if (isNotFound(error)) return 'gone'
        if (!isConflict(error) || attempt === maxAttempts) throw error
      }
      const live = await client.find(kind, object.metadata, { signal, metadataOnly: true })
      if (live === undefined || live.metadata.uid !== object.metadata.uid) return 'gone'
      version = live.metadata.resourceVersion
    }
  }

  async #apply(
    object: T,
    version: string | undefined,
    status: RawStatus,
    signal: AbortSignal,
  ): Promise<void> {
    const { kind, client, fieldManager, clock } = this.#options
    const { name, namespace, uid } = object.metadata
    const named = { name, ...(namespace === undefined ? {} : { namespace }) }
    const metadata = { ...named, ...(version === undefined ? {} : { resourceVersion: version }) }
    const applied = await client.apply<StatusObject>(
      kind,
      { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata, status },
      { fieldManager, force: true, subresource: 'status', signal },
    )
    const { resourceVersion } = applied.object.metadata
    const written = { uid, resourceVersion, status: applied.object.status, atMs: clock.monotonic() }
    this.#written.set(keyOf(object.metadata), written)
  }

  #newestVersion({ metadata }: T): string | undefined {
    const written = this.#written.get(keyOf(metadata))
    if (written?.status === undefined || written.uid !== metadata.uid) return metadata.resourceVersion
    return isBehind(metadata, written) ? written.resourceVersion : metadata.resourceVersion
  }

  #canWait(object: T, wanted: RawStatus, before: RawStatus): boolean {
    const written = this.#written.get(keyOf(object.metadata))
    const wroteMs = written?.uid === object.metadata.uid ? written?.atMs : undefined
    if (wroteMs === undefined || this.#options.clock.monotonic() - wroteMs >= mayWaitMs) return false
    return isDeepStrictEqual(this.#lasting(wanted), this.#lasting(before))
  }

  #lasting(status: RawStatus): RawStatus {
    const isVolatile = (name: string) => this.#options.volatile?.some((it) => it === name) ?? false
    return Object.fromEntries(Object.entries(status).filter(([name]) => !isVolatile(name)))
  }

  /** As it goes over the wire: plain JSON, nothing undefined, nothing undeclared. */
  #declared({ observedGeneration, conditions, fields }: OwnStatus<Partial<Fields>>): RawStatus {
    const declared = this.#options.declared?.()
    const shown = writableConditions(conditions, declared)
    const whole = Object.entries({ ...fields, observedGeneration, conditions: shown })
    const held = whole.filter(([name]) => declared === undefined || declared.fields.has(name))
    return JSON.parse(JSON.stringify(Object.fromEntries(held))) as RawStatus
  }
}

function isBehind({ resourceVersion }: ObjectMeta, written: Written): boolean {
  return compareResourceVersions(resourceVersion, written.resourceVersion) < 0
}

function rawStatusOf(object: Reconcilable): RawStatus {
  return { ...object.status }
}

function spokenOf(raw: RawStatus) {
  const { observedGeneration } = raw
  return {
    observedGeneration: typeof observedGeneration === 'number' ? observedGeneration : undefined,
    conditions: ownConditions(raw),
  }
}

function ownConditions({ conditions }: RawStatus): readonly Condition[] {
  if (!Array.isArray(conditions)) return []
  return conditionTypes.flatMap((type) => conditions.find((it: Condition) => it.type === type) ?? [])
}
