import { type ExternalSecret, externalSecretKind } from '../api/externalsecret.ts'
import { clusterSecretStoreKind, type SecretStore, secretStoreKind } from '../api/secretstore.ts'
import { itemIndexers } from '../externalsecret/items.ts'
import { markRival, type RivalMark } from '../externalsecret/rivals.ts'
import { type SecretFacts, secretFacts } from '../externalsecret/secret-facts.ts'
import { externalSecretIndexers } from '../externalsecret/wake.ts'
import { configMapKind, type Kind, namespaceKind, secretKind, serviceAccountKind } from '../kube/kind.ts'
import type { KubeObject } from '../kube/object.ts'
import type { Informer } from '../runtime/informer.ts'
import { storeIndexers } from '../store/wake.ts'
import type { InformerFactory } from './informers.ts'

/** Everything the external-secrets half keeps a view of. Of what is not ours, metadata only: no value is cached. */
export interface Caches {
  readonly externalSecrets: Informer<ExternalSecret & RivalMark>
  readonly secretStores: Informer<SecretStore>
  /** Cluster kinds are off while namespaces are named. */
  readonly clusterSecretStores: Informer<SecretStore> | undefined
  readonly namespaces: Informer<KubeObject> | undefined
  readonly secrets: Informer<SecretFacts>
  readonly configMaps: Informer<KubeObject>
  readonly serviceAccounts: Informer<KubeObject>
}

/** The field manager of the status of ExternalSecrets. */
export const statusManager = 'keyferry-externalsecret'

/** Makes the informers of the external-secrets half; those of cluster kinds and namespaces only where it `isClusterWide`. */
export function createCaches(informers: InformerFactory, isClusterWide: boolean): Caches {
  const metadata = (kind: Kind, annotations: readonly string[] = []) =>
    informers.create<KubeObject>({
      title: kind.plural,
      selection: { kind, metadataOnly: true },
      transform: (object) => withAnnotations(object, annotations),
    })
  const stores = (kind: Kind) =>
    informers.create<SecretStore>({ title: kind.plural, selection: { kind }, indexers: storeIndexers })
  return {
    externalSecrets: informers.create({
      title: externalSecretKind.plural,
      selection: { kind: externalSecretKind },
      transform: (object) => markRival(object, statusManager) as ExternalSecret & RivalMark,
      indexers: { ...externalSecretIndexers, ...itemIndexers },
    }),
    secretStores: stores(secretStoreKind),
    clusterSecretStores: isClusterWide ? stores(clusterSecretStoreKind) : undefined,
    namespaces: isClusterWide ? metadata(namespaceKind) : undefined,
    secrets: informers.create({
      title: secretKind.plural,
      selection: { kind: secretKind, metadataOnly: true, fieldSelector: 'type!=helm.sh/release.v1' },
      transform: secretFacts,
    }),
    configMaps: metadata(configMapKind),
    serviceAccounts: metadata(serviceAccountKind, cloudIdentityAnnotations),
  }
}

/** What a ServiceAccount says of its identity in a cloud begins with one of these. */
const cloudIdentityAnnotations = ['azure.workload.identity/', 'eks.amazonaws.com/']

/** Keeps those annotations only: one may hold the whole object once more (kubectl's last-applied-configuration). */
function withAnnotations({ metadata }: KubeObject, prefixes: readonly string[]): KubeObject {
  const { annotations = {}, ...rest } = metadata
  const kept = Object.entries(annotations).filter(([name]) => prefixes.some((it) => name.startsWith(it)))
  return { metadata: kept.length === 0 ? rest : { ...rest, annotations: Object.fromEntries(kept) } }
}
