import type { Client } from '../kube/client.ts'
import { leaseKind } from '../kube/kind.ts'
import type { KubeObject, ObjectRef } from '../kube/object.ts'
import { microTimeOf } from './micro-time.ts'

/** The part of coordination.k8s.io/v1 LeaseSpec that election uses. */
export interface LeaseSpec {
  readonly holderIdentity?: string
  readonly leaseDurationSeconds?: number
  readonly acquireTime?: string
  readonly renewTime?: string
  readonly leaseTransitions?: number
}

export interface Lease extends KubeObject {
  readonly spec?: LeaseSpec
}

export interface LeaseAccess {
  read(signal: AbortSignal): Promise<Lease | undefined>
  /** Throws ApiError 409 when somebody made it meanwhile. */
  create(spec: LeaseSpec, signal: AbortSignal): Promise<Lease>
  /** Throws ApiError 409 when the lease is not the one of `resourceVersion` any more. */
  update(spec: LeaseSpec, resourceVersion: string | undefined, signal: AbortSignal): Promise<Lease>
}

const fieldManager = 'keyferry-leader-election'

/** One Lease, each request with a timeout of its own. */
export function accessLease(client: Client, ref: ObjectRef, timeoutMs: number): LeaseAccess {
  const { name, namespace = '' } = ref
  return {
    read: (signal) => client.find<Lease>(leaseKind, ref, { signal, timeoutMs }),
    create: (spec, signal) => {
      const lease: Lease = {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name, namespace },
        spec,
      }
      return client.create(leaseKind, lease, { signal, timeoutMs, fieldManager })
    },
    update: (spec, resourceVersion, signal) =>
      client.mergePatch<Lease>(
        leaseKind,
        ref,
        { metadata: { resourceVersion }, spec },
        { signal, timeoutMs, fieldManager },
      ),
  }
}

/** The holder, empty when it was released. */
export function holderOf(lease: Lease): string {
  return lease.spec?.holderIdentity ?? ''
}

/** The lease as a new holder writes it over `old`. */
export function heldBy(identity: string, durationMs: number, nowMs: number, old?: Lease): LeaseSpec {
  const isOurs = old !== undefined && holderOf(old) === identity
  const transitions = old?.spec?.leaseTransitions ?? 0
  return {
    holderIdentity: identity,
    leaseDurationSeconds: durationMs / 1000,
    renewTime: microTimeOf(nowMs),
    acquireTime: (isOurs ? old.spec?.acquireTime : undefined) ?? microTimeOf(nowMs),
    leaseTransitions: old === undefined || isOurs ? transitions : transitions + 1,
  }
}

/** The lease as its holder leaves it, for whoever comes first. */
export function released(nowMs: number): LeaseSpec {
  return { holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTimeOf(nowMs) }
}
