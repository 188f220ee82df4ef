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

/** What a holder tells the others of itself, by annotations; without a value one is taken back. */
export type HolderNotes = Readonly<Record<string, string | null>>

/** One Lease, each request with a timeout of its own; every write also writes the notes of whoever writes. */
export function accessLease(
  client: Client,
  ref: ObjectRef,
  timeoutMs: number,
  notes: (spec: LeaseSpec) => HolderNotes = () => ({}),
): LeaseAccess {
  const { name, namespace = '' } = ref
  return {
    read: (signal) => client.find<Lease>(leaseKind, ref, { signal, timeoutMs }),
    create: (spec, signal) => {
      const lease: Lease = {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name, namespace, ...annotationsOf(notes(spec)) },
        spec,
      }
      return client.create(leaseKind, lease, { signal, timeoutMs, fieldManager })
    },
    update: (spec, resourceVersion, signal) =>
      client.mergePatch<Lease>(
        leaseKind,
        ref,
        { metadata: { resourceVersion, ...patchOf(notes(spec)) }, spec },
        { signal, timeoutMs, fieldManager },
      ),
  }
}

function annotationsOf(notes: HolderNotes): { annotations?: Record<string, string> } {
  const set = Object.entries(notes).filter((it): it is [string, string] => it[1] !== null)
  return set.length === 0 ? {} : { annotations: Object.fromEntries(set) }
}

function patchOf(notes: HolderNotes): { annotations?: HolderNotes } {
  return Object.keys(notes).length === 0 ? {} : { annotations: notes }
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
