import { type KubeObject, keyOf, type ObjectKey } from '../kube/object.ts'
import type { Indexers, ReadStore } from './store.ts'

/** Objects of one informer by key, by namespace, and by each of its indexes. */
export class IndexedStore<T extends KubeObject> implements ReadStore<T> {
  readonly #objects = new Map<ObjectKey, T>()
  readonly #namespaces = new Groups<T>()
  readonly #indexes: ReadonlyMap<string, { valuesOf: (object: T) => readonly string[]; groups: Groups<T> }>

  constructor(indexers: Indexers<T> = {}) {
    const indexes = Object.entries(indexers).map(
      ([name, valuesOf]) => [name, { valuesOf, groups: new Groups<T>() }] as const,
    )
    this.#indexes = new Map(indexes)
  }

  get size(): number {
    return this.#objects.size
  }

  get(key: ObjectKey): T | undefined {
    return this.#objects.get(key)
  }

  list(namespace?: string): Iterable<T> {
    return namespace === undefined ? this.#objects.values() : this.#namespaces.of(namespace)
  }

  byIndex(name: string, value: string): readonly T[] {
    const index = this.#indexes.get(name)
    if (index === undefined) throw new RangeError(`Cannot look up by index "${name}": it was not declared`)
    return [...index.groups.of(value)]
  }

  /** Puts an object in the place of the one with its key, and gives back that one. */
  put(object: T): T | undefined {
    const key = keyOf(object.metadata)
    const old = this.delete(key)
    this.#objects.set(key, object)
    this.#namespaces.add(object.metadata.namespace ?? '', key, object)
    for (const { valuesOf, groups } of this.#indexes.values()) {
      for (const value of valuesOf(object)) groups.add(value, key, object)
    }
    return old
  }

  /** Takes an object out, and gives it back. */
  delete(key: ObjectKey): T | undefined {
    const old = this.#objects.get(key)
    if (old === undefined) return undefined
    this.#objects.delete(key)
    this.#namespaces.delete(old.metadata.namespace ?? '', key)
    for (const { valuesOf, groups } of this.#indexes.values()) {
      for (const value of valuesOf(old)) groups.delete(value, key)
    }
    return old
  }
}

/** An object that is the only one with a value; a Map for it alone would take as much as a small object. */
interface Single<T> {
  readonly key: ObjectKey
  readonly object: T
}

/** Objects under values; a value that no object has any more takes no room. */
class Groups<T> {
  readonly #byValue = new Map<string, Single<T> | Map<ObjectKey, T>>()

  of(value: string): Iterable<T> {
    const group = this.#byValue.get(value)
    if (group === undefined) return []
    return group instanceof Map ? group.values() : [group.object]
  }

  add(value: string, key: ObjectKey, object: T): void {
    const group = this.#byValue.get(value)
    if (group instanceof Map) group.set(key, object)
    else if (group === undefined || group.key === key) this.#byValue.set(value, { key, object })
    else
      this.#byValue.set(
        value,
        new Map([
          [group.key, group.object],
          [key, object],
        ]),
      )
  }

  delete(value: string, key: ObjectKey): void {
    const group = this.#byValue.get(value)
    if (group instanceof Map) group.delete(key)
    if (group instanceof Map ? group.size === 0 : group?.key === key) this.#byValue.delete(value)
  }
}
