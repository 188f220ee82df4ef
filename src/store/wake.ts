import type { AkeylessProvider } from '../api/akeyless-spec.ts'
import type { SecretStore } from '../api/secretstore.ts'
import { SecretStoreSpec } from '../api/secretstore.ts'
import { keyOf, type ObjectRef } from '../kube/object.ts'
import type { Indexers, ReadStore } from '../runtime/store.ts'

/** Kinds of objects that stores read. */
export type DependencyKind = 'Secret' | 'ConfigMap' | 'ServiceAccount'

export interface Dependency {
  readonly kind: DependencyKind
  /** Absent: that of each ExternalSecret. */
  readonly namespace?: string | undefined
  readonly name: string
}

const byDependency = 'dependency'
/** Stands for the namespace that each ExternalSecret fills in. */
const anyNamespace = '*'

/** How stores are found from what they read: credentials, CA, ServiceAccount. */
export const storeIndexers: Indexers<SecretStore> = {
  [byDependency]: {
    ofSpec: (store) => {
      const spec = SecretStoreSpec.safeParse(store.spec)
      return spec.success ? dependenciesOf(spec.data, store.metadata.namespace).map(indexValue) : []
    },
  },
}

/** A store that reads an object; `namespace` is set when it does so for the ExternalSecrets of that one only. */
export interface Dependent {
  readonly store: SecretStore
  readonly namespace: string | undefined
}

const none: readonly Dependent[] = []

/** The stores that a change of this object concerns. */
export function dependentsOf(
  stores: ReadStore<SecretStore>,
  kind: DependencyKind,
  object: ObjectRef,
): readonly Dependent[] {
  const { name, namespace } = object
  const named = stores.byIndex(byDependency, indexValue({ kind, name, namespace }))
  const referent = stores.byIndex(byDependency, indexValue({ kind, name }))
  if (named.length === 0 && referent.length === 0) return none
  return [
    ...named.map((store) => ({ store, namespace: undefined })),
    ...referent.map((store) => ({ store, namespace })),
  ]
}

function indexValue({ kind, namespace = anyNamespace, name }: Dependency): string {
  return `${kind}/${keyOf({ namespace, name })}`
}

function dependenciesOf(spec: SecretStoreSpec, namespace: string | undefined): readonly Dependency[] {
  return dependenciesIn(spec).map((it) => ({ ...it, namespace: namespace ?? it.namespace }))
}

/** What a store reads, as its spec names it. */
export function dependenciesIn({ provider }: SecretStoreSpec): readonly Dependency[] {
  return provider.akeyless === undefined ? [] : namedIn(provider.akeyless)
}

function namedIn({ authSecretRef: auth, caProvider }: AkeylessProvider): readonly Dependency[] {
  const { secretRef, awsAuth } = auth
  const accounts = [auth.kubernetesAuth, auth.azureAuth, awsAuth, auth.jwtAuth, auth]
  const secrets = [
    auth.kubernetesAuth?.secretRef,
    auth.jwtAuth?.secretRef,
    auth.certAuth?.certificateSecretRef,
    auth.certAuth?.privateKeySecretRef,
    auth.universalIdentityAuth?.tokenSecretRef,
    ...Object.values(awsAuth?.secretRef ?? {}),
    ...Object.values(secretRef ?? {}),
  ]
  return [
    ...accounts.flatMap((it) => named('ServiceAccount', it?.serviceAccountRef)),
    ...secrets.flatMap((it) => named('Secret', it)),
    ...named(caProvider?.type ?? 'Secret', caProvider),
  ]
}

type Reference = { readonly name?: string; readonly namespace?: string }

function named(kind: DependencyKind, ref: Reference | undefined): readonly Dependency[] {
  return ref?.name === undefined ? [] : [{ kind, namespace: ref.namespace, name: ref.name }]
}
