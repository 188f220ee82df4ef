import type { KubeObject, ObjectKey } from '../kube/object.ts'
import type { Informer } from './informer.ts'
import { priorities } from './queue.ts'
import type { Change } from './store.ts'

/** Changes of other objects, told as keys of one's own. */
export interface Watch {
  readonly synced: Promise<void>
  /** Gives the function that ends it. */
  listen(add: (key: ObjectKey, priority: number) => void): () => void
}

/** Looks again at `keysOf` a change, as soon as it is seen. Changes of a first list wait behind all others. */
export function watch<T extends KubeObject>(
  informer: Informer<T>,
  keysOf: (change: Change<T>) => Iterable<ObjectKey>,
  priority: number = priorities.dependency,
): Watch {
  return {
    synced: informer.synced,
    listen: (add) =>
      informer.onChange((change) => {
        for (const key of keysOf(change)) add(key, change.initial ? priorities.startUp : priority)
      }),
  }
}
