import { failure } from '../api/reason.ts'
import type { OwnerReference } from '../kube/kind.ts'
import type { ManagedFields, ObjectMeta } from '../kube/object.ts'
import { esoFieldManagersOf } from './names.ts'
import { isStaleOwner } from './ownership.ts'
import { dataFields, dataKeysOf } from './secret-facts.ts'
import { isMerged, isOwnedBy, managerOf, ownerReferenceOf, type SecretObject, type Target } from './target.ts'

type DataOwners = ReturnType<typeof dataKeysOf>

/** A merge patch (RFC 7396) that lands on one version of a Secret only; a stale one is refused with 409. */
interface SecretPatch {
  readonly metadata: Partial<ObjectMeta>
  readonly data?: Readonly<Record<string, null>>
}

/** An admission webhook that rewrites values would otherwise show as a sync that never was. Throws TargetRejected. */
export function refuseAltered(target: Target, answer: SecretObject): void {
  for (const [key, value] of target.data) {
    if (answer.data?.[key] === Buffer.from(value.reveal()).toString('base64')) continue
    throw failure(
      'TargetRejected',
      `Cannot write Secret "${target.namespace}/${target.name}": the API server stored something else for key "${key}"; look for a mutating admission webhook on Secrets`,
    )
  }
}

/**
 * What server-side apply leaves of others in the data of a Secret, to be patched away: their keys, and their part in
 * keys that we hold with the same value, which would show as their change for ever. Undefined when there is nothing.
 */
export function cleaningOf(target: Target, answer: SecretObject): SecretPatch | undefined {
  const { resourceVersion = '', managedFields = [] } = answer.metadata
  const owners = dataKeysOf(managedFields)
  const ending = new Set([...owners.keys()].filter((it) => hasNoPart(it, target)))
  const left = managedFields.flatMap((it) => withoutData(withoutText(it, target), ending))
  const extra = Object.keys(answer.data ?? {}).filter((it) => goes(it, target, owners, ending))
  if (extra.length === 0 && isSameList(left, managedFields)) return undefined
  return {
    metadata: { resourceVersion, managedFields: left },
    data: Object.fromEntries(extra.map((key) => [key, null])),
  }
}

/** Nobody else has a part in a Secret of ours; of one that is shared only ESO has none, where it did our work before. */
function hasNoPart(manager: string, target: Target): boolean {
  if (isMerged(target)) return esoFieldManagersOf(target.owner.name).includes(manager)
  return manager !== managerOf(target)
}

/** In what is shared only keys go that ended with their last owner; one that nobody owns (SSA of stringData) stays. */
function goes(key: string, target: Target, owners: DataOwners, ending: ReadonlySet<string>): boolean {
  if (target.data.has(key)) return false
  if (!isMerged(target)) return true
  const those = [...owners].flatMap(([manager, keys]) => (keys.includes(key) ? [manager] : []))
  return those.length > 0 && those.every((it) => ending.has(it))
}

function isSameList(a: readonly ManagedFields[], b: readonly ManagedFields[]): boolean {
  return a.length === b.length && a.every((it, index) => it === b[index])
}

function withoutData(entry: ManagedFields, ending: ReadonlySet<string>): readonly ManagedFields[] {
  const { fieldsV1 } = entry
  if (!ending.has(entry.manager ?? '') || !isObject(fieldsV1)) return [entry]
  const fields = Object.entries(fieldsV1).filter(([name]) => !dataFields.some((it) => it === name))
  if (fields.length === Object.keys(fieldsV1).length) return [entry]
  return fields.length === 0 ? [] : [{ ...entry, fieldsV1: Object.fromEntries(fields) }]
}

/** What others applied as `stringData` is ours from now on, so that it shows when they do so again. */
function withoutText(entry: ManagedFields, target: Target): ManagedFields {
  const { fieldsV1 } = entry
  if (!isObject(fieldsV1) || !isObject(fieldsV1['f:stringData'])) return entry
  const before = Object.entries(fieldsV1['f:stringData'])
  const text = before.filter(([name]) => !target.data.has(name.slice('f:'.length)))
  if (text.length === before.length) return entry
  return { ...entry, fieldsV1: { ...fieldsV1, 'f:stringData': Object.fromEntries(text) } }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** Finalizers are put on by a patch: those that apply has put on it would take off again. Undefined when all are there. */
export function finalizingOf(target: Target, { metadata }: SecretObject): SecretPatch | undefined {
  const { resourceVersion = '', finalizers = [], deletionTimestamp } = metadata
  const missing = (target.finalizers ?? []).filter((it) => !finalizers.includes(it))
  // Whoever deletes a Secret waits for those that are there, and the API server takes no new ones.
  if (missing.length === 0 || deletionTimestamp !== undefined) return undefined
  return { metadata: { resourceVersion, finalizers: [...new Set([...finalizers, ...missing])] } }
}

/**
 * Puts the reference to this ExternalSecret in the place of those to the one that had its name before: apply could
 * only add a second controller, which the API server refuses. A Secret that is to outlive its ExternalSecret loses
 * all of them. Undefined when there is no such reference.
 */
export function ownerRepairOf(target: Target, metadata: ObjectMeta): SecretPatch | undefined {
  const { uid, resourceVersion, ownerReferences = [] } = metadata
  const isOurs = (it: OwnerReference) => it.uid === target.owner.uid
  const isOwned = isOwnedBy(target)
  const others = ownerReferences.filter((it) => !isStaleOwner(target, it) && !isOurs(it))
  if (!ownerReferences.some((it) => isStaleOwner(target, it) || (!isOwned && isOurs(it)))) return undefined
  return {
    metadata: {
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ownerReferences: isOwned ? [...others, ownerReferenceOf(target.owner)] : others,
    },
  }
}
