import { failure } from '../api/reason.ts'
import type { ManagedFields, ObjectMeta } from '../kube/object.ts'
import { isStaleOwner } from './ownership.ts'
import { dataKeysOf } from './secret-facts.ts'
import { managerOf, ownerReferenceOf, type SecretObject, type Target } from './target.ts'

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
  const extra = Object.keys(answer.data ?? {}).filter((it) => !target.data.has(it))
  const isShared = [...dataKeysOf(managedFields).keys()].some((it) => it !== managerOf(target))
  if (extra.length === 0 && !isShared) return undefined
  return {
    metadata: { resourceVersion, managedFields: managedFields.flatMap((it) => withoutData(it, target)) },
    data: Object.fromEntries(extra.map((key) => [key, null])),
  }
}

function withoutData(entry: ManagedFields, target: Target): readonly ManagedFields[] {
  const { fieldsV1 } = entry
  if (entry.manager === managerOf(target) || typeof fieldsV1 !== 'object' || fieldsV1 === null) return [entry]
  const fields = Object.entries(fieldsV1).filter(([name]) => name !== 'f:data')
  return fields.length === 0 ? [] : [{ ...entry, fieldsV1: Object.fromEntries(fields) }]
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
 * only add a second controller, which the API server refuses. Undefined when there is no such reference.
 */
export function ownerRepairOf(target: Target, metadata: ObjectMeta): SecretPatch | undefined {
  const { uid, resourceVersion, ownerReferences = [] } = metadata
  const others = ownerReferences.filter((it) => !isStaleOwner(target, it) && it.uid !== target.owner.uid)
  if (!ownerReferences.some((it) => isStaleOwner(target, it))) return undefined
  return {
    metadata: {
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ownerReferences: [...others, ownerReferenceOf(target.owner)],
    },
  }
}
