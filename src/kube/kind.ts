/** What the API server needs to know of a kind to find it: a row of the static table that replaces discovery. */
export interface Kind {
  /** Empty for the core group. */
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
}

/** The group and version as manifests spell them: `v1`, `apps/v1`. */
export function apiVersionOf(kind: Kind): string {
  return kind.group === '' ? kind.version : `${kind.group}/${kind.version}`
}

const core = (kind: string, plural: string, namespaced = true): Kind => ({
  group: '',
  version: 'v1',
  kind,
  plural,
  namespaced,
})

export const secretKind = core('Secret', 'secrets')
export const configMapKind = core('ConfigMap', 'configmaps')
export const serviceAccountKind = core('ServiceAccount', 'serviceaccounts')
export const namespaceKind = core('Namespace', 'namespaces', false)

export const leaseKind: Kind = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
}

export const eventKind: Kind = {
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
}

export const customResourceDefinitionKind: Kind = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
}
