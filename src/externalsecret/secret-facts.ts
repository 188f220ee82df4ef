import type { KubeObject, ManagedFields, ObjectMeta } from '../kube/object.ts'

/**
 * What is kept of a Secret: its metadata and, in place of `managedFields`, who owns which data keys. No value is ever
 * read: server-side apply moves the ownership of a field to whoever changes its value, so that a foreign change shows
 * here (design section 2, "Drift is read from managedFields").
 */
export interface SecretFacts extends KubeObject {
  /** Keys of `data` by field manager; managers that own none are left out. */
  readonly dataKeys: ReadonlyMap<string, readonly string[]>
}

const nobody: ReadonlyMap<string, readonly string[]> = new Map()

/** The annotation that holds the digest of the key names (not of the values) that we wrote. */
export const keysAnnotation = 'keyferry.io/data-keys'

/** The label ESO puts on every Secret it manages; selectors and dashboards of users name it. */
export const managedLabel = 'reconcile.external-secrets.io/managed'

/** The label ESO puts on Secrets it owns; its value is a digest of the ExternalSecret's namespace and name. */
export const createdByLabel = 'reconcile.external-secrets.io/created-by'

const keptLabels = [managedLabel, createdByLabel, 'controller.cert-manager.io/fao']
const keptAnnotations = [
  keysAnnotation,
  'cert-manager.io/certificate-name',
  'kubernetes.io/service-account.name',
]

/** The transform of the metadata watch of Secrets: a third of a kilobyte a Secret is what remains. */
export function secretFacts(object: KubeObject): SecretFacts {
  const { metadata } = object
  return { metadata: keptMetadata(metadata), dataKeys: dataKeysOf(metadata.managedFields ?? []) }
}

function keptMetadata(metadata: ObjectMeta): ObjectMeta {
  const { name, namespace, uid, resourceVersion, ownerReferences, deletionTimestamp } = metadata
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(ownerReferences === undefined ? {} : { ownerReferences }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    ...kept('labels', metadata.labels, keptLabels),
    ...kept('annotations', metadata.annotations, keptAnnotations),
  }
}

function kept(
  field: 'labels' | 'annotations',
  values: Readonly<Record<string, string>> | undefined,
  names: readonly string[],
): { labels?: Record<string, string>; annotations?: Record<string, string> } {
  const found = names.flatMap((name) => (values?.[name] === undefined ? [] : [[name, values[name]] as const]))
  return found.length === 0 ? {} : { [field]: Object.fromEntries(found) }
}

/** Owners of the keys of `data`, from the FieldsV1 sets of managedFields. */
export function dataKeysOf(managedFields: readonly ManagedFields[]): ReadonlyMap<string, readonly string[]> {
  const owners = new Map<string, readonly string[]>()
  for (const entry of managedFields) {
    const keys = keysUnderData(entry.fieldsV1)
    const name = entry.manager ?? ''
    // One manager has an entry for each way it wrote: by apply, by update.
    if (keys.length > 0) owners.set(name, [...new Set([...(owners.get(name) ?? []), ...keys])])
  }
  return owners.size === 0 ? nobody : owners
}

function keysUnderData(fields: unknown): readonly string[] {
  if (typeof fields !== 'object' || fields === null || !('f:data' in fields)) return []
  const data = fields['f:data']
  if (typeof data !== 'object' || data === null) return []
  return Object.keys(data).flatMap((it) => (it.startsWith('f:') ? [it.slice(2)] : []))
}
