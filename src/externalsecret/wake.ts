import type { ExternalSecret } from '../api/externalsecret.ts'
import type { StatusCondition } from '../api/meta.ts'
import type { SecretStoreStatus } from '../api/secretstore.ts'
import type { KubeObject, ObjectKey } from '../kube/object.ts'
import { keyOf } from '../kube/object.ts'
import type { Change, Indexers, ReadStore } from '../runtime/store.ts'
import { isOwnEcho, type Memories } from './memory.ts'
import { storeRefsIn } from './spec-stores.ts'
import { targetNameOf } from './target-of.ts'
import { sourceIndexValue, type TemplateSource, templateSourcesOf } from './template-sources.ts'

const bySource = 'template source'
const byStore = 'store'
const byTarget = 'target'

/** How ExternalSecrets are found from what they depend on. Raw objects may be of any shape: nothing here may throw. */
export const externalSecretIndexers: Indexers<ExternalSecret> = {
  [byStore]: {
    ofSpec: (object) => [
      ...new Set(
        storeRefsIn(object).map(({ kind, name }) => storeIndexValue(kind, object.metadata.namespace, name)),
      ),
    ],
  },
  [byTarget]: {
    ofSpec: (object) => [keyOf({ namespace: object.metadata.namespace, name: targetNameOf(object) })],
  },
  [bySource]: {
    ofSpec: (object) =>
      templateSourcesOf(object).map(({ kind, name }) =>
        sourceIndexValue(kind, keyOf({ namespace: object.metadata.namespace, name })),
      ),
  },
}

/** The ExternalSecrets whose target a Secret is, less those that only see what they wrote themselves. */
export function keysOfTarget(
  secrets: ReadStore<ExternalSecret>,
  memories: Memories,
  { key, now }: Change<KubeObject>,
): readonly ObjectKey[] {
  const version = now?.metadata.resourceVersion
  const keys = secrets.byIndex(byTarget, key).map((it) => keyOf(it.metadata))
  return keys.filter((it) => !isOwnEcho(memories.get(it), key, version))
}

/** The ExternalSecrets whose templates lie in a ConfigMap or a Secret. */
export function keysOfTemplates(
  secrets: ReadStore<ExternalSecret>,
  kind: TemplateSource['kind'],
  source: ObjectKey,
): readonly ObjectKey[] {
  return secrets.byIndex(bySource, sourceIndexValue(kind, source)).map((it) => keyOf(it.metadata))
}

/** The ExternalSecrets that use a store; of a ClusterSecretStore those of one namespace where `namespace` is given. */
export function keysOfStore(
  secrets: ReadStore<ExternalSecret>,
  store: { kind: string; metadata: { namespace?: string; name: string } },
  namespace?: string,
): readonly ObjectKey[] {
  const { metadata } = store
  return secrets
    .byIndex(byStore, storeIndexValue(store.kind, metadata.namespace, metadata.name))
    .filter((it) => namespace === undefined || it.metadata.namespace === namespace)
    .map((it) => keyOf(it.metadata))
}

/** The ExternalSecrets of a namespace that use a ClusterSecretStore. */
export function keysOfClusterStores(
  secrets: ReadStore<ExternalSecret>,
  namespace: string,
): readonly ObjectKey[] {
  return [...secrets.list(namespace)]
    .filter((it) => storeRefsIn(it).some(({ kind }) => kind === 'ClusterSecretStore'))
    .map((it) => keyOf(it.metadata))
}

function storeIndexValue(kind: string, namespace: string | undefined, name: string): string {
  return kind === 'ClusterSecretStore'
    ? `ClusterSecretStore/${name}`
    : `SecretStore/${namespace ?? ''}/${name}`
}

type Store = KubeObject & { readonly status?: SecretStoreStatus }

/** A store that appeared, went, has another spec, or whose Ready condition tells something else. */
export function isStoreNews(change: Change<Store>): boolean {
  const { old, now } = change
  if (old === undefined || now === undefined) return true
  return versionOf(old) !== versionOf(now) || readyOf(old) !== readyOf(now)
}

function versionOf({ metadata }: Store): string {
  return `${metadata.uid ?? ''}/${metadata.generation ?? 0}`
}

function readyOf(store: Store): string {
  const conditions: unknown = store.status?.conditions
  if (!Array.isArray(conditions)) return ' '
  const ready = conditions.find((it: Partial<StatusCondition> | null) => it?.type === 'Ready') as
    | StatusCondition
    | undefined
  return `${ready?.status ?? ''} ${ready?.reason ?? ''}`
}
