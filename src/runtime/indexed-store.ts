import { type KubeObject, keyOf, type ObjectKey } from '../kube/object.ts'
import type { Indexers, ReadStore } from './store.ts'

interface Index<T> {
  readonly valuesOf: (object: T) => readonly string[]
  readonly isOfSpec: boolean
  readonly keys: Groups
}

/** Objects of one informer by key, by namespace, and by each of its indexes. */
export class IndexedStore<T extends KubeObject> implements ReadStore<T> {
  readonly #objects = new Map<ObjectKey, T>()
  readonly #namespaces = new Groups()
  readonly #indexes: ReadonlyMap<string, Index<T>>

  constructor(indexers: Indexers<T> = {}) {
    const indexes = Object.entries(indexers).map(([name, it]) => {
      const isOfSpec = 'ofSpec' in it
      return [name, { valuesOf: isOfSpec ? it.ofSpec : it, isOfSpec, keys: new Groups() }] as const
    })
    this.#indexes = new Map(indexes)
  }

  get size(): number {
    return this.#objects.size
  }

  get(key: ObjectKey): T | undefined {
    return this.#objects.get(key)
  }

  list(namespace?: string): Iterable<T> {
    return namespace === undefined ? this.#objects.values() : this.#objectsOf(this.#namespaces.of(namespace))
  }

  byIndex(name: string, value: string): readonly T[] {
    const index = this.#indexes.get(name)
    if (index === undefined) throw new RangeError(`Cannot look up by index "${name}": it was not declared`)
    return this.#objectsOf(index.keys.of(value))
  }

  /** Puts an object in the place of the one with its key, and gives back that one. */
  put(object: T): T | undefined {
    const key = keyOf(object.metadata)
    const old = this.#objects.get(key)
    this.#objects.set(key, object)
    if (old === undefined) this.#namespaces.add(object.metadata.namespace ?? '', key)
    const isOldSpec = old !== undefined && isSameSpec(old, object)
    for (const { valuesOf, isOfSpec, keys } of this.#indexes.values()) {
      if (isOfSpec && isOldSpec) continue
      if (old !== undefined) for (const value of valuesOf(old)) keys.delete(value, key)
      for (const value of valuesOf(object)) keys.add(value, key)
    }
    return old
  }

  /** Takes an object out, and gives it back. */
  delete(key: ObjectKey): T | undefined {
    const old = this.#objects.get(key)
    if (old === undefined) return undefined
    this.#objects.delete(key)
    this.#namespaces.delete(old.metadata.namespace ?? '', key)
    for (const { valuesOf, keys } of this.#indexes.values()) {
      for (const value of valuesOf(old)) keys.delete(value, key)
    }
    return old
  }

  #objectsOf(keys: readonly ObjectKey[]): readonly T[] {
    return keys.length === 0 ? none : keys.flatMap((it) => this.#objects.get(it) ?? [])
  }
}

const none: readonly never[] = []

/** The API server counts what becomes of a spec; where it does not, nobody knows. */
function isSameSpec({ metadata: a }: KubeObject, { metadata: b }: KubeObject): boolean {
  return a.generation !== undefined && a.generation === b.generation && a.uid === b.uid
}

/** Keys under values; a value that no object has any more takes no room. */
class Groups {
  /** A key that is the only one with a value stands alone: a Set for it would take as much as a small object. */
  readonly #byValue = new Map<string, ObjectKey | Set<ObjectKey>>()

  of(value: string): readonly ObjectKey[] {
    const group = this.#byValue.get(value)
    if (group === undefined) return none
    return group instanceof Set ? [...group] : [group]
  }

  add(value: string, key: ObjectKey): void {
    const group = this.#byValue.get(value)
    if (group instanceof Set) group.add(key)
    else if (group === undefined || group === key) this.#byValue.set(value, key)
    else this.#byValue.set(value, new Set([group, key]))
  }

  delete(value: string, key: ObjectKey): void {
    const group = this.#byValue.get(value)
    if (group instanceof Set) group.delete(key)
    if (group instanceof Set ? group.size === 0 : group === key) this.#byValue.delete(value)
  }
}
