import type { KubeObject } from '../kube/object.ts'
import type { Informer } from '../runtime/informer.ts'

/** Has what is kept of an object by its UID forgotten once the object is gone, or is another one of its name. */
export function forgetReplaced<T extends KubeObject>(
  informers: readonly Informer<T>[],
  forget: (uid: string) => void,
): void {
  for (const informer of informers) {
    informer.onChange(({ old, now }) => {
      const uid = old?.metadata.uid
      if (uid !== undefined && uid !== now?.metadata.uid) forget(uid)
    })
  }
}
