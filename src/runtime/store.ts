import type { KubeObject, ObjectKey } from '../kube/object.ts'

/** Read access to what an informer holds. Objects are shared: never change one. */
export interface ReadStore<T extends KubeObject> {
  get(key: ObjectKey): T | undefined
  /** All objects, or those of one namespace. */
  list(namespace?: string): Iterable<T>
  /** Objects whose index `name` yields `value`; throws RangeError for an index that was not declared. */
  byIndex(name: string, value: string): readonly T[]
  readonly size: number
}

/** Index functions by name; each gives the values under which an object is found. Must not throw, must be pure. */
export type Indexers<T> = Readonly<Record<string, (object: T) => readonly string[]>>

/** One change of a store. `old` is absent for what is new; `now` is absent for what is gone. */
export interface Change<T> {
  readonly key: ObjectKey
  readonly old: T | undefined
  readonly now: T | undefined
  /** Part of the first complete list: such changes yield to live ones in the queue. */
  readonly initial: boolean
}
