import type { KubeObject, ManagedFields, ObjectMeta } from '../kube/object.ts'
import { leaseMarkPrefix, mergedKeysPrefix } from './names.ts'

/**
 * What is kept of a Secret: its metadata and, in place of `managedFields`, who owns which data keys. No value is ever
 * read: server-side apply moves the ownership of a field to whoever changes its value, so that a foreign change shows
 * here (design section 2, "Drift is read from managedFields").
 */
export interface SecretFacts extends KubeObject {
  /** Keys of `data` by field manager; managers that own none are left out. */
  readonly dataKeys: ReadonlyMap<string, readonly string[]>
  /** Keys that somebody applied as `stringData`: their values changed, and yet our part in them stayed. */
  readonly textKeys?: readonly string[]
}

/** Where FieldsV1 has the keys of `data`. */
export const dataFields = ['f:data', 'f:stringData'] as const

const none: readonly string[] = []
const nobody: ReadonlyMap<string, readonly string[]> = new Map()

/** The annotation that holds the digest of the key names (not of the values) that we wrote. */
export const keysAnnotation = 'keyferry.io/data-keys'

/** The label ESO puts on every Secret it manages; selectors and dashboards of users name it. */
export const managedLabel = 'reconcile.external-secrets.io/managed'

/** The label ESO puts on Secrets it owns; its value is a digest of the ExternalSecret's namespace and name. */
export const createdByLabel = 'reconcile.external-secrets.io/created-by'

const keptLabels: ReadonlySet<string> = new Set([
  managedLabel,
  createdByLabel,
  'controller.cert-manager.io/fao',
])
const keptAnnotations: ReadonlySet<string> = new Set([
  keysAnnotation,
  'cert-manager.io/certificate-name',
  'kubernetes.io/service-account.name',
])

const keptPrefixes = [mergedKeysPrefix, leaseMarkPrefix]

function isKeptAnnotation(name: string): boolean {
  return keptAnnotations.has(name) || keptPrefixes.some((it) => name.startsWith(it))
}

/** The transform of the metadata watch of Secrets: a third of a kilobyte a Secret is what remains. */
export function secretFacts(object: KubeObject): SecretFacts {
  const { metadata } = object
  const { managedFields = [] } = metadata
  const textKeys = managedFields.flatMap(({ fieldsV1 }) => keysUnder('f:stringData', fieldsV1))
  return {
    metadata: keptMetadata(metadata),
    dataKeys: dataKeysOf(managedFields),
    ...(textKeys.length > 0 && { textKeys }),
  }
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
    ...kept('labels', metadata.labels, (name) => keptLabels.has(name)),
    ...kept('annotations', metadata.annotations, isKeptAnnotation),
  }
}

function kept(
  field: 'labels' | 'annotations',
  values: Readonly<Record<string, string>> = {},
  isKept: (name: string) => boolean,
): { labels?: Record<string, string>; annotations?: Record<string, string> } {
  const found = Object.entries(values).filter(([name]) => isKept(name))
  return found.length === 0 ? {} : { [field]: Object.fromEntries(found) }
}

/**
 * Owners of the keys of `data`, from the FieldsV1 sets of managedFields. What server-side apply was given as
 * `stringData` is in `data` afterwards, and stands under its first name.
 */
export function dataKeysOf(managedFields: readonly ManagedFields[]): ReadonlyMap<string, readonly string[]> {
  const owners = new Map<string, readonly string[]>()
  for (const entry of managedFields) {
    const name = entry.manager ?? ''
    for (const field of dataFields) {
      const keys = keysUnder(field, entry.fieldsV1)
      if (keys.length === 0) continue
      // One manager has an entry for each way it wrote: by apply, by update.
      const others = owners.get(name)
      owners.set(name, others === undefined ? keys : [...new Set([...others, ...keys])])
    }
  }
  return owners.size === 0 ? nobody : owners
}

type DataField = (typeof dataFields)[number]

function keysUnder(field: DataField, fields: unknown): readonly string[] {
  const data = setUnder(field, fields)
  if (data === undefined) return none
  return Object.keys(data)
    .filter((it) => it.startsWith('f:'))
    .map((it) => it.slice(2))
}

function setUnder(field: DataField, fields: unknown): object | undefined {
  if (typeof fields !== 'object' || fields === null || !Object.hasOwn(fields, field)) return undefined
  const set = (fields as Readonly<Record<string, unknown>>)[field]
  return typeof set === 'object' && set !== null ? set : undefined
}
