import type { OwnerReference } from '../kube/kind.ts'
import type { ObjectMeta } from '../kube/object.ts'
import { createdBy, esoFieldManagersOf, fieldManagerOf, keysAnnotationOf, keysDigest } from './names.ts'
import { createdByLabel, keysAnnotation, managedLabel, type SecretFacts } from './secret-facts.ts'
import { managerOf, type Target } from './target.ts'

/** Whose a Secret is, seen from one ExternalSecret; `because` is for the message. */
export type Ownership =
  | { readonly kind: 'ours' }
  | { readonly kind: 'free' }
  | { readonly kind: 'foreign'; readonly because: string; readonly adoptable: boolean }

/**
 * Whether a Secret may be written: ours by field manager, by owner reference (also one whose UID is stale after a
 * restore) or, moving over from ESO, by its labels and field manager together; free when nobody put data into it. One
 * that we merged keys into is not ours for that: a changed policy does not take it from those who have keys in it.
 */
export function ownershipOf(
  target: Target,
  metadata: ObjectMeta,
  dataKeys: SecretFacts['dataKeys'],
): Ownership {
  const owners = metadata.ownerReferences ?? []
  const stranger = owners.find((it) => it.controller === true && !isThisOwner(target, it))
  if (stranger !== undefined) {
    const because = `it is controlled by ${stranger.kind} ${JSON.stringify(stranger.name)}`
    return { kind: 'foreign', because, adoptable: false }
  }
  if (owners.some((it) => isThisOwner(target, it))) return { kind: 'ours' }
  if (dataKeys.has(managerOf(target))) return isMergedInto(target, metadata) ? mixed : { kind: 'ours' }
  if (isEsoTwin(target, metadata, dataKeys)) return { kind: 'ours' }
  if (dataKeys.size === 0) return { kind: 'free' }
  const managers = [...dataKeys.keys()].map((it) => JSON.stringify(it)).join(', ')
  return { kind: 'foreign', because: `its data was written by ${managers}`, adoptable: true }
}

/**
 * Why keys may not be merged into a Secret; undefined when they may. Of what somebody else made or controls every key
 * may be added to; another ExternalSecret that owns it would take them out again.
 */
export function mergeRefusalOf(target: Target, metadata: ObjectMeta): string | undefined {
  const owner = metadata.ownerReferences?.find((it) => isExternalSecret(it) && !isThisOwner(target, it))
  return owner === undefined ? undefined : `it is owned by ExternalSecret ${JSON.stringify(owner.name)}`
}

const mixed = { kind: 'foreign', because: 'others have keys in it', adoptable: true } as const

/** We put keys into what others made: whose the rest is, only its data can tell. */
function isMergedInto(target: Target, { annotations }: ObjectMeta): boolean {
  return annotations?.[keysAnnotationOf(target.owner.name)] !== undefined
}

/** A reference to an ExternalSecret that had this name before this one: a restore brings it back. */
export function isStaleOwner(target: Target, reference: OwnerReference): boolean {
  return isThisOwner(target, reference) && reference.uid !== target.owner.uid
}

/** By name: its UID is another one after a restore. */
function isThisOwner(target: Target, reference: OwnerReference): boolean {
  return isExternalSecret(reference) && reference.name === target.owner.name
}

function isExternalSecret({ apiVersion, kind }: OwnerReference): boolean {
  return apiVersion.split('/')[0] === 'external-secrets.io' && kind === 'ExternalSecret'
}

/**
 * Where there is no owner reference, ESO's label and its manager on data say whose it is. What ESO was no owner of
 * (Orphan) has no such label: then all of the data must be its manager's, for anybody's may lie beside merged keys.
 */
function isEsoTwin(target: Target, { labels = {} }: ObjectMeta, dataKeys: SecretFacts['dataKeys']): boolean {
  const names = esoFieldManagersOf(target.owner.name)
  const isPeer = (manager: string) => names.includes(manager)
  const managers = [...dataKeys.keys()]
  const label = labels[createdByLabel]
  if (label !== undefined)
    return label === createdBy(target.namespace, target.owner.name) && managers.some(isPeer)
  return labels[managedLabel] === 'true' && managers.length > 0 && managers.every(isPeer)
}

/** Secrets that other programs live by; no annotation makes us write them. Gives the reason, or undefined. */
export function protectionOf(type: string | undefined, metadata: ObjectMeta): string | undefined {
  if (metadata.annotations?.['cert-manager.io/certificate-name'] !== undefined)
    return 'it belongs to cert-manager'
  if (metadata.labels?.['controller.cert-manager.io/fao'] !== undefined) return 'it belongs to cert-manager'
  if (metadata.annotations?.['kubernetes.io/service-account.name'] !== undefined)
    return 'it is a ServiceAccount token'
  if (type === 'kubernetes.io/service-account-token') return 'it is a ServiceAccount token'
  if (type === 'bootstrap.kubernetes.io/token') return 'it is a bootstrap token'
  if (type === 'helm.sh/release.v1') return 'it is a Helm release'
  return undefined
}

/** What has changed on a target since we wrote it, for the log; undefined when nothing has. */
export function driftOf(
  ownerName: string,
  ownerUid: string,
  facts: SecretFacts | undefined,
): string | undefined {
  if (facts === undefined) return 'the Secret is gone'
  const { metadata, dataKeys } = facts
  const manager = fieldManagerOf(ownerName)
  const ours = dataKeys.get(manager) ?? []
  if ([...dataKeys.keys()].some((it) => it !== manager)) return 'somebody else changed its data'
  if (metadata.annotations?.[keysAnnotation] !== keysDigest(ours)) return 'keys were taken from its data'
  if (metadata.labels?.[managedLabel] !== 'true') return 'its label was removed'
  if (metadata.ownerReferences?.some((it) => it.uid === ownerUid) !== true)
    return 'its owner reference was removed'
  return undefined
}

/** The same where keys were merged into a Secret: only what we wrote counts, whatever else is in it. */
export function mergeDriftOf(ownerName: string, facts: SecretFacts | undefined): string | undefined {
  if (facts === undefined) return 'the Secret is gone'
  const { metadata, dataKeys } = facts
  const ours = dataKeys.get(fieldManagerOf(ownerName)) ?? []
  const isTaken = facts.textKeys?.some((it) => ours.includes(it)) === true
  if (isTaken || metadata.annotations?.[keysAnnotationOf(ownerName)] !== keysDigest(ours))
    return 'our keys in it were changed or taken away'
  return metadata.labels?.[managedLabel] === 'true' ? undefined : 'its label was removed'
}
