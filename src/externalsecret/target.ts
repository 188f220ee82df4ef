import type { ObjectMeta, OwnerReference } from '../kube/kind.ts'
import type { KubeObject } from '../kube/object.ts'
import type { Redacted } from '../std/redacted.ts'
import { createdBy, fieldManagerOf, keysAnnotationOf, keysDigest } from './names.ts'
import type { WritingPolicy } from './policies.ts'
import { createdByLabel, keysAnnotation, managedLabel } from './secret-facts.ts'

/** The values of a Secret by key: bytes, so that binary values stay what they are. */
export type SecretData = ReadonlyMap<string, Redacted<Uint8Array>>

/** The Secret that an ExternalSecret asks for. */
export interface Target {
  readonly namespace: string
  readonly name: string
  readonly owner: Owner
  /** Absent is Owner. */
  readonly policy?: WritingPolicy
  /** The data is written once, and is then that of the Secret for good. */
  readonly immutable?: boolean
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  /** Absent: that of the Secret where it exists, else Opaque. */
  readonly type?: string
  /** Put on the Secret, and never taken off. */
  readonly finalizers?: readonly string[]
  readonly data: SecretData
}

/** The ExternalSecret behind a target. */
export interface Owner {
  readonly apiVersion: string
  readonly name: string
  readonly uid: string
  readonly generation: number
  /** `keyferry.io/adopt: "true"`: take over a Secret that somebody else made. */
  readonly mayAdopt: boolean
}

/** A Secret as the API server takes and gives it; values are base64. */
export interface SecretObject extends KubeObject {
  readonly type?: string
  readonly immutable?: boolean
  readonly data?: Readonly<Record<string, string>>
}

/** The most bytes of data that the API server takes in one Secret (core/v1 MaxSecretSize). */
export const longestDataBytes = 1024 * 1024

/** Labels whose keys say that they belong to a tool that tracks the ExternalSecret, not to its Secret. */
const trackingPrefixes = [
  'argocd.argoproj.io/',
  'kustomize.toolkit.fluxcd.io/',
  'helm.toolkit.fluxcd.io/',
  'kustomize.config.k8s.io/',
  'config.kubernetes.io/',
  'internal.config.kubernetes.io/',
  'kubectl.kubernetes.io/',
  'meta.helm.sh/',
  'helm.sh/',
  'keyferry.io/',
]
const trackingNames = new Set([
  'app.kubernetes.io/managed-by',
  'app.kubernetes.io/instance',
  'force-sync',
  'external-secrets.io/force-sync',
])

/**
 * Labels or annotations of the ExternalSecret that its Secret gets too: as ESO does, less those by which GitOps tools
 * would take the Secret for one of theirs and prune it (design section 3, difference 7).
 */
export function copiedToTarget(values: Readonly<Record<string, string>> = {}): Record<string, string> {
  const copied = Object.entries(values).filter(
    ([name]) => !trackingNames.has(name) && !trackingPrefixes.some((it) => name.startsWith(it)),
  )
  return Object.fromEntries(copied)
}

/**
 * The object to apply. With `at` it lands on that version of that very Secret only: neither on one made in its place
 * nor over a newer write, such as that of the next leader.
 */
export function applyOf(target: Target, at: Pick<ObjectMeta, 'uid' | 'resourceVersion'>): SecretObject {
  const { namespace, name, owner, data } = target
  const isOwned = isOwnedBy(target)
  const values = [...data].map(
    ([key, value]) => [key, Buffer.from(value.reveal()).toString('base64')] as const,
  )
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      namespace,
      name,
      ...at,
      labels: {
        ...target.labels,
        [managedLabel]: 'true',
        ...(isOwned && { [createdByLabel]: createdBy(namespace, owner.name) }),
      },
      annotations: { ...target.annotations, [markOf(target)]: keysDigest(data.keys()) },
      ...(isOwned && { ownerReferences: [ownerReferenceOf(owner)] }),
    },
    ...(target.type === undefined ? {} : { type: target.type }),
    ...(target.immutable === true && { immutable: true }),
    data: Object.fromEntries(values),
  }
}

/** True when the Secret goes with its ExternalSecret. */
export function isOwnedBy({ policy = 'Owner' }: Target): boolean {
  return policy === 'Owner'
}

/** True when the Secret is somebody else's too, and keeps their keys. */
export function isMerged({ policy = 'Owner' }: Target): boolean {
  return policy === 'Merge' || policy === 'CreateOrMerge'
}

/** Several ExternalSecrets may merge into one Secret, each with a mark of its own. */
function markOf(target: Target): string {
  return isMerged(target) ? keysAnnotationOf(target.owner.name) : keysAnnotation
}

/** What makes the garbage collector delete a Secret with its ExternalSecret. */
export function ownerReferenceOf({ apiVersion, name, uid }: Owner): OwnerReference {
  return { apiVersion, kind: 'ExternalSecret', name, uid, controller: true, blockOwnerDeletion: true }
}

/** Applying this takes back every field that this ExternalSecret's manager put on that very Secret. */
export function withdrawalOf(target: Target, uid: string): SecretObject {
  const { namespace, name } = target
  return { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name, uid } }
}

/** The field manager of a target. */
export function managerOf(target: Target): string {
  return fieldManagerOf(target.owner.name)
}

/** What counts against the limit: the API server adds up the values, not their keys. */
export function sizeOf(data: SecretData): number {
  let bytes = 0
  for (const value of data.values()) bytes += value.reveal().byteLength
  return bytes
}
