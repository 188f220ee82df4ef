import { isDeepStrictEqual } from 'node:util'
import type { KubeObject, ObjectMeta } from '../kube/object.ts'
import type { Change } from './store.ts'

const watched = ['uid', 'generation', 'deletionTimestamp', 'labels', 'annotations', 'finalizers'] as const

/** True for what a reconciler may act on: a new or gone object, its spec, its marks; not a change of status alone. */
export function isSpecOrMarks({ old, now }: Change<KubeObject>): boolean {
  if (old === undefined || now === undefined) return true
  return watched.some((field) => !isSame(old.metadata, now.metadata, field))
}

/** True when the spec changed, or the object was made anew under its name. */
export function isNewGeneration({ old, now }: Change<KubeObject>): boolean {
  if (old === undefined || now === undefined) return true
  return old.metadata.uid !== now.metadata.uid || old.metadata.generation !== now.metadata.generation
}

function isSame(a: ObjectMeta, b: ObjectMeta, field: (typeof watched)[number]): boolean {
  return isDeepStrictEqual(a[field], b[field])
}
