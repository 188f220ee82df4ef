import { clusterSecretStoreKind, type SecretStore, secretStoreKind } from '../api/secretstore.ts'
import type { Client } from '../kube/client.ts'
import { isForbidden } from '../kube/errors.ts'
import { keyOf, refOf } from '../kube/object.ts'
import type { StoreKind } from '../store/open.ts'
import type { CheckFlags } from './check-flags.ts'
import { listAll } from './list-pages.ts'

/** One store, as its own reconciler looks at it, or as the ExternalSecrets of a namespace do. */
export interface StoreTarget {
  readonly kind: StoreKind
  readonly store: SecretStore
  /** For a ClusterSecretStore: who asks. */
  readonly requester?: string
  /** `SecretStore shop/akeyless`, `ClusterSecretStore central for shop`. */
  readonly title: string
}

export interface Targets {
  readonly targets: readonly StoreTarget[]
  /** Why there are no cluster stores among them. */
  readonly without?: string
}

/** The stores that the flags name. Throws ApiError and TransportError. */
export async function targetsOf(flags: CheckFlags, client: Client, signal: AbortSignal): Promise<Targets> {
  const { store, namespace: namespaces } = flags
  if (store !== undefined) return oneTarget(store, namespaces, client, signal)
  const own = await listAll<SecretStore>(client, secretStoreKind, namespaces, signal)
  const targets = own.map((it) => targetOf('SecretStore', it))
  try {
    const cluster = await listAll<SecretStore>(client, clusterSecretStoreKind, [], signal)
    return { targets: [...targets, ...cluster.flatMap((it) => asked(it, namespaces))] }
  } catch (error) {
    if (!isForbidden(error) || namespaces.length === 0) throw error
    return { targets, without: 'cluster kinds are off with --namespace, and may not be listed' }
  }
}

async function oneTarget(
  key: string,
  namespaces: readonly string[],
  client: Client,
  signal: AbortSignal,
): Promise<Targets> {
  const ref = refOf(key)
  if (ref.namespace === undefined)
    return {
      targets: asked(await client.get<SecretStore>(clusterSecretStoreKind, ref, { signal }), namespaces),
    }
  return {
    targets: [targetOf('SecretStore', await client.get<SecretStore>(secretStoreKind, ref, { signal }))],
  }
}

/** Whose identity comes from each ExternalSecret can be checked for a namespace only. */
function asked(store: SecretStore, namespaces: readonly string[]): readonly StoreTarget[] {
  if (namespaces.length === 0) return [targetOf('ClusterSecretStore', store)]
  return namespaces.map((it) => targetOf('ClusterSecretStore', store, it))
}

function targetOf(kind: StoreKind, store: SecretStore, requester?: string): StoreTarget {
  const title = `${kind} ${keyOf(store.metadata)}`
  return requester === undefined
    ? { kind, store, title }
    : { kind, store, requester, title: `${title} for ${requester}` }
}
