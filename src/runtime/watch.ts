import type { KubeObject, ObjectKey } from '../kube/object.ts'
import type { Informer } from './informer.ts'
import { priorities } from './queue.ts'
import type { Change } from './store.ts'

/**
 * Hears of a key to look at. `isStill` tells whether there is a reason to, asked again later: while a key is worked on,
 * what is seen may be what that work does.
 */
type AddWatched = (key: ObjectKey, priority: number, isStill?: () => boolean) => void

/** Changes of other objects, told as keys of one's own. */
export interface Watch {
  readonly synced: Promise<void>
  /** Gives the function that ends it. */
  listen(add: AddWatched): () => void
}

interface WatchOptions {
  /** Of keys that are worked on `keysOf` is asked again when that ends; it has no effect then, and is quick. */
  readonly asksAgain?: boolean
}

/** Looks again at `keysOf` a change, as soon as it is seen. Changes of a first list wait behind all others. */
export function watch<T extends KubeObject>(
  informer: Informer<T>,
  keysOf: (change: Change<T>) => readonly ObjectKey[],
  { asksAgain = false }: WatchOptions = {},
): Watch {
  return {
    synced: informer.synced,
    listen: (add) =>
      informer.onChange((change) => {
        const priority = change.initial ? priorities.startUp : priorities.dependency
        for (const key of keysOf(change))
          if (asksAgain) add(key, priority, () => keysOf(change).includes(key))
          else add(key, priority)
      }),
  }
}
