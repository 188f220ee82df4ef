import { compareResourceVersions, type KubeObject, keyOf, type ObjectKey, type ObjectMeta } from './object.ts'
import type { WatchEvent } from './watch-stream.ts'

/** The state that a WatchList streams (KEP-3157): objects in no order, until a bookmark says that they are all. */
export class StreamedList<T extends KubeObject> {
  readonly #objects = new Map<ObjectKey, T>()

  /** Takes an event and the object as prepared from it; gives the resourceVersion of the list when it is complete. */
  take({ type, object }: WatchEvent, prepared: readonly T[]): string | undefined {
    const { metadata } = object
    if (type === 'BOOKMARK') return endOf(metadata)
    const key = keyOf(metadata)
    const known = this.#objects.get(key)?.metadata.resourceVersion
    if (compareResourceVersions(metadata.resourceVersion, known) < 0) return undefined
    this.#objects.delete(key)
    if (type !== 'DELETED') for (const it of prepared) this.#objects.set(key, it)
    return undefined
  }

  get objects(): readonly T[] {
    return [...this.#objects.values()]
  }
}

function endOf({ annotations, resourceVersion }: ObjectMeta): string | undefined {
  return annotations?.['k8s.io/initial-events-end'] === 'true' ? resourceVersion : undefined
}
