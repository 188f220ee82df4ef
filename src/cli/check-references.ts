import type { SecretStoreSpec } from '../api/secretstore.ts'
import type { Client } from '../kube/client.ts'
import { configMapKind, type Kind, namespaceKind, secretKind, serviceAccountKind } from '../kube/kind.ts'
import type { KubeObject, ObjectRef } from '../kube/object.ts'
import { IndexedStore } from '../runtime/indexed-store.ts'
import { type Dependency, type DependencyKind, dependenciesIn } from '../store/wake.ts'

/** Metadata of what stores refer to, read by name: what the manager has by watches. */
export interface References {
  readonly secrets: IndexedStore<KubeObject>
  readonly configMaps: IndexedStore<KubeObject>
  readonly serviceAccounts: IndexedStore<KubeObject>
  readonly namespaces: IndexedStore<KubeObject>
}

/** Stores of references with nothing in them yet. */
export function noReferences(): References {
  return {
    secrets: new IndexedStore(),
    configMaps: new IndexedStore(),
    serviceAccounts: new IndexedStore(),
    namespaces: new IndexedStore(),
  }
}

export interface ReadOptions {
  readonly client: Client
  readonly into: References
  /** For references without a namespace: that of a SecretStore, or of who asks. */
  readonly home: string | undefined
  readonly signal: AbortSignal
}

const kinds: Readonly<Record<DependencyKind, Kind>> = {
  Secret: secretKind,
  ConfigMap: configMapKind,
  ServiceAccount: serviceAccountKind,
}

/** Reads what a spec refers to, as far as it is there. Throws ApiError and TransportError. */
export async function readReferences(spec: SecretStoreSpec, options: ReadOptions): Promise<void> {
  const { client, into, home, signal } = options
  await Promise.all(dependenciesIn(spec).map((it) => readOne(it, options)))
  if (spec.conditions === undefined || home === undefined) return
  for (const it of await named(client, namespaceKind, { name: home }, signal)) into.namespaces.put(it)
}

async function readOne(dependency: Dependency, { client, into, home, signal }: ReadOptions): Promise<void> {
  const { kind, name, namespace = home } = dependency
  if (namespace === undefined || name === '') return
  for (const it of await named(client, kinds[kind], { namespace, name }, signal)) storeOf(kind, into).put(it)
}

/** By a list of one: the manager watches these kinds, and may get none of them by name. */
async function named(client: Client, kind: Kind, { namespace, name }: ObjectRef, signal: AbortSignal) {
  const within = namespace === undefined ? {} : { namespace }
  const fieldSelector = `metadata.name=${name}`
  const { items } = await client.list(kind, { ...within, fieldSelector, metadataOnly: true, signal })
  return items
}

function storeOf(kind: DependencyKind, into: References): IndexedStore<KubeObject> {
  if (kind === 'Secret') return into.secrets
  return kind === 'ConfigMap' ? into.configMaps : into.serviceAccounts
}
