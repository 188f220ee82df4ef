import { parseAllDocuments, stringify } from 'yaml'
import { type GeneratedFile, generatedHeader } from './file.ts'

/** The release that Kustomize installs, as the chart renders it. */
export const release = { name: 'keyferry', namespace: 'keyferry-system' } as const

/** An object of the chart. */
export interface Manifest {
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
}

const rbacKinds: ReadonlySet<string> = new Set([
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'ServiceAccount',
])

/**
 * What `config/` holds of the chart as `helm template` renders it with its default values: accounts, Roles and bindings
 * in config/rbac/installed, the rest in config/manager. CRDs and those ClusterRoles that config/rbac has are referred to.
 */
export function kustomizeFiles(rendered: string, crds: readonly string[]): readonly GeneratedFile[] {
  const objects = installedObjects(rendered)
  const clusterRoles = objects.filter((it) => it.kind === 'ClusterRole')
  const others = objects.filter((it) => !/^(ClusterRole|CustomResourceDefinition)$/.test(it.kind))
  const rights = others.filter((it) => rbacKinds.has(it.kind))
  const rest = others.filter((it) => !rbacKinds.has(it.kind))
  const roleFiles = clusterRoles.map((it) => `${it.metadata.name}.yaml`)
  return [
    // Under this name, which `kubectl apply -f FOLDER` passes over.
    kustomization('config/crd/Kustomization', crds),
    kustomization('config/rbac/Kustomization', [...roleFiles, 'installed']),
    ...folderOf('config/rbac/installed', rights),
    ...folderOf('config/manager', rest),
  ]
}

/** The objects of a release as Helm renders them, less hooks and the labels that are Helm's. */
export function installedObjects(rendered: string): readonly Manifest[] {
  const objects = parseAllDocuments(rendered).map((it) => it.toJS() as Manifest | null)
  return objects
    .filter((it) => it !== null)
    .filter((it) => it.metadata.annotations?.['helm.sh/hook'] === undefined)
    .map(withoutHelm)
}

function withoutHelm(manifest: Manifest): Manifest {
  const { labels, annotations, ...rest } = manifest.metadata
  return {
    ...manifest,
    metadata: {
      ...rest,
      ...named('labels', ofOthers(labels)),
      ...named('annotations', ofOthers(annotations)),
    },
  }
}

function ofOthers(words: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const others = Object.entries(words).filter(
    ([name]) => !name.startsWith('helm.sh/') && name !== 'app.kubernetes.io/managed-by',
  )
  return Object.fromEntries(others)
}

function named(name: 'labels' | 'annotations', words: Readonly<Record<string, string>>): object {
  return Object.keys(words).length === 0 ? {} : { [name]: words }
}

/** One file for each kind, and the list of them. */
function folderOf(folder: string, objects: readonly Manifest[]): readonly GeneratedFile[] {
  const kinds = [...new Set(objects.map((it) => it.kind))].toSorted()
  const files = kinds.map((kind) => ({
    path: `${folder}/${kind.toLowerCase()}.yaml`,
    text:
      generatedHeader +
      objects
        .filter((it) => it.kind === kind)
        .map(textOf)
        .join('---\n'),
  }))
  const names = kinds.map((kind) => `${kind.toLowerCase()}.yaml`)
  return [kustomization(`${folder}/kustomization.yaml`, names), ...files]
}

function kustomization(path: string, resources: readonly string[]): GeneratedFile {
  const body = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources }
  return { path, text: generatedHeader + textOf(body) }
}

function textOf(object: object): string {
  return stringify(object, { lineWidth: 120, aliasDuplicateObjects: false })
}
