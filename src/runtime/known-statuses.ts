import { compareResourceVersions, type KubeObject, type ObjectKey } from '../kube/object.ts'
import { PerObject } from './per-object.ts'

/** An object with a status of its own. */
export interface Reconcilable extends KubeObject {
  readonly status?: object | undefined
}

interface Known {
  readonly resourceVersion: string | undefined
  /** Let go as soon as the cache has it, too. */
  readonly status: object | undefined
  /** When we wrote it ourselves last. */
  readonly wroteMs: number | undefined
}

/** What the API server answered of statuses, until the cache has it too. */
export class KnownStatuses<T extends Reconcilable> {
  readonly #known = new PerObject<Known>()

  /** The object with the newest status that is known: the cache may not have seen it yet. */
  newest(object: T): T {
    const newer = this.#newerThan(object)
    return newer === undefined ? object : { ...object, status: newer.status }
  }

  /** The version of the newest state that is known. */
  versionOf(object: T): string | undefined {
    return (this.#newerThan(object) ?? object.metadata).resourceVersion
  }

  /** When we wrote its status last, in monotonic milliseconds; undefined is not yet. */
  wroteMs({ metadata }: T): number | undefined {
    return this.#known.get(metadata)?.wroteMs
  }

  /** False for what came of our own writes, and for what was learnt of the API server before the cache had it. */
  isUnheardOf({ metadata }: T): boolean {
    const known = this.#known.get(metadata)
    if (known === undefined) return true
    return (
      known.wroteMs === undefined &&
      compareResourceVersions(metadata.resourceVersion, known.resourceVersion) > 0
    )
  }

  /** The API server holds this of `object` now; `wroteMs` when it is what we just wrote. */
  learn(object: T, live: Reconcilable, wroteMs = this.wroteMs(object)): void {
    const { resourceVersion } = live.metadata
    this.#known.set(object.metadata, { resourceVersion, status: live.status ?? {}, wroteMs })
  }

  /** The cache has this by now: a status that is not newer, as large as the object, is let go. */
  seen(object: T): void {
    const known = this.#known.get(object.metadata)
    if (known?.status === undefined || this.#newerThan(object) !== undefined) return
    this.#known.set(object.metadata, { ...known, status: undefined })
  }

  forget(key: ObjectKey): void {
    this.#known.forget(key)
  }

  #newerThan({ metadata }: T): Known | undefined {
    const known = this.#known.get(metadata)
    if (known?.status === undefined) return undefined
    return compareResourceVersions(metadata.resourceVersion, known.resourceVersion) < 0 ? known : undefined
  }
}
