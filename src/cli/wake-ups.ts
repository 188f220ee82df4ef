import { isDeepStrictEqual } from 'node:util'
import type { SecretStore } from '../api/secretstore.ts'
import type { Memories } from '../externalsecret/memory.ts'
import {
  isStoreNews,
  keysOfClusterStores,
  keysOfStore,
  keysOfTarget,
  keysOfTemplates,
} from '../externalsecret/wake.ts'
import { type KubeObject, keyOf, type ObjectKey } from '../kube/object.ts'
import type { Informer } from '../runtime/informer.ts'
import type { Change } from '../runtime/store.ts'
import { type Watch, watch } from '../runtime/watch.ts'
import type { StoreKind } from '../store/open.ts'
import { type DependencyKind, dependentsOf } from '../store/wake.ts'
import type { Caches } from './caches.ts'

type StoreInformers = readonly (readonly [StoreKind, Informer<SecretStore>])[]

/** The store kinds that are watched. */
export function storeInformersOf(caches: Caches): StoreInformers {
  const { secretStores, clusterSecretStores } = caches
  const cluster =
    clusterSecretStores === undefined ? [] : [['ClusterSecretStore', clusterSecretStores] as const]
  return [['SecretStore', secretStores], ...cluster]
}

/** What wakes an ExternalSecret: its target, its templates, its store, and whatever its store reads. */
export function externalSecretWatches(caches: Caches, memories: Memories): readonly Watch[] {
  const { store } = caches.externalSecrets
  const stores = storeInformersOf(caches)
  return [
    // What a run wrote is known to be its own when it ends.
    watch(caches.secrets, (change) => keysOfTarget(store, memories, change), { asksAgain: true }),
    watch(caches.secrets, (change) => keysOfTemplates(store, 'Secret', change.key)),
    watch(caches.configMaps, (change) => keysOfTemplates(store, 'ConfigMap', change.key)),
    ...namespaceWatches(caches),
    ...stores.map(([kind, informer]) =>
      watch(informer, (change) =>
        isStoreNews(change) ? keysOfStore(store, { kind, ...objectOf(change) }) : [],
      ),
    ),
    ...stores.flatMap(([kind, informer]) =>
      dependencyWatches(caches, informer, (it) => keysOfStore(store, { kind, ...it.store }, it.namespace)),
    ),
  ]
}

/** The labels of a namespace decide which ClusterSecretStores admit it. */
function namespaceWatches({ namespaces, externalSecrets }: Caches): readonly Watch[] {
  if (namespaces === undefined) return []
  return [
    watch(namespaces, (change) => {
      const { old, now } = change
      if (old === undefined || now === undefined) return []
      if (isDeepStrictEqual(old.metadata.labels, now.metadata.labels)) return []
      return keysOfClusterStores(externalSecrets.store, now.metadata.name)
    }),
  ]
}

/** What wakes a store: credentials, CA and ServiceAccounts that its spec names. */
export function storeWatches(caches: Caches, informer: Informer<SecretStore>): readonly Watch[] {
  return dependencyWatches(caches, informer, ({ store }) => [keyOf(store.metadata)])
}

function dependencyWatches(
  caches: Caches,
  stores: Informer<SecretStore>,
  keysOf: (dependent: ReturnType<typeof dependentsOf>[number]) => readonly ObjectKey[],
): readonly Watch[] {
  const follow = (kind: DependencyKind, informer: Informer<KubeObject>) =>
    watch(informer, (change) =>
      // What the first list brings was there before: it is no news.
      change.initial ? [] : dependentsOf(stores.store, kind, objectOf(change).metadata).flatMap(keysOf),
    )
  return [
    follow('Secret', caches.secrets),
    follow('ConfigMap', caches.configMaps),
    follow('ServiceAccount', caches.serviceAccounts),
  ]
}

function objectOf<T extends KubeObject>(change: Change<T>): T {
  const object = change.now ?? change.old
  if (object === undefined) throw new Error(`change of ${change.key} has no object`)
  return object
}
