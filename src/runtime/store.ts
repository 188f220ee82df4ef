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

/** Gives the values under which an object is found. Must not throw, must be pure. */
type ValuesOf<T> = (object: T) => readonly string[]

/** Indexes by name. What is `ofSpec` follows from name and spec alone, and is not looked at for a new status. */
export type Indexers<T> = Readonly<Record<string, ValuesOf<T> | { readonly ofSpec: ValuesOf<T> }>>

/** One change of a store. `old` is absent for what is new; `now` is absent for what is gone. */
export interface Change<T> {
  readonly key: ObjectKey
  readonly old: T | undefined
  readonly now: T | undefined
  /** Part of the first complete list: such changes yield to live ones in the queue. */
  readonly initial: boolean
}
