import { sharedText } from '../std/shared-text.ts'
import type { ObjectMeta } from './kind.ts'

export type { ManagedFields, ObjectMeta } from './kind.ts'

/** Any object of the API server, as raw JSON. With metadata only, nothing but these three fields is there. */
export interface KubeObject {
  readonly apiVersion?: string
  readonly kind?: string
  readonly metadata: ObjectMeta
}

/** A name within its namespace; cluster-scoped objects have none. */
export interface ObjectRef {
  readonly namespace?: string | undefined
  readonly name: string
}

/** A condition as metav1.Condition states it. */
export interface Condition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: string
  readonly message: string
  readonly lastTransitionTime: string
  readonly observedGeneration?: number
}

/** The key of queues and caches: `namespace/name`, or `name` for what is cluster-scoped. */
export type ObjectKey = string

/** The text is shared by all who ask: caches hold one copy of it. */
export function keyOf({ namespace, name }: ObjectRef): ObjectKey {
  return namespace === undefined || namespace === '' ? name : sharedText(`${namespace}/${name}`)
}

/** The inverse of `keyOf`. */
export function refOf(key: ObjectKey): ObjectRef {
  const slash = key.indexOf('/')
  return slash === -1 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}

/**
 * Compares two resourceVersions of one kind: below 0 when `a` is older. They are integers that only grow
 * (KEP-5504); one that is not a number counts as older than everything.
 */
export function compareResourceVersions(a: string | undefined, b: string | undefined): number {
  const [left, right] = [digitsOf(a), digitsOf(b)]
  if (left.length !== right.length) return left.length < right.length ? -1 : 1
  return left < right ? -1 : left > right ? 1 : 0
}

/** An integer as text without leading zeros, so that the longer one is the larger one; empty for what is none. */
function digitsOf(version = ''): string {
  if (!decimal.test(version)) return ''
  return version.startsWith('0') ? version.replace(/^0+(?=.)/, '') : version
}

const decimal = /^\d+$/
