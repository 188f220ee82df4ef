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

export function keyOf(ref: ObjectRef): ObjectKey {
  return ref.namespace === undefined || ref.namespace === '' ? ref.name : `${ref.namespace}/${ref.name}`
}

export function refOf(key: ObjectKey): ObjectRef {
  const slash = key.indexOf('/')
  return slash === -1 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}

/**
 * Compares two resourceVersions of one kind: below 0 when `a` is older. They are integers that only grow
 * (KEP-5504); one that is not a number counts as older than everything.
 */
export function compareResourceVersions(a: string | undefined, b: string | undefined): number {
  const left = a !== undefined && /^\d+$/.test(a) ? BigInt(a) : -1n
  const right = b !== undefined && /^\d+$/.test(b) ? BigInt(b) : -1n
  return left < right ? -1 : left > right ? 1 : 0
}
