import type { SecretStore } from '../api/secretstore.ts'
import { refreshIntervalMs } from '../api/secretstore-rules.ts'
import type { PolicyRule } from '../runtime/policy-rule.ts'
import { again, type Context, type Done, type Reconcile } from '../runtime/reconcile.ts'
import type { OpenedStore, StoreKind, Stores } from './open.ts'
import { isReferent, referentIdentity } from './scope.ts'

/** The status fields of a store that its reconciler decides. */
export interface StoreFields {
  readonly capabilities: 'ReadOnly'
}

export interface StoreReconcileOptions {
  readonly kind: StoreKind
  readonly stores: Stores
  /** How often a store is looked at that does not say; 5 minutes unless said otherwise. */
  readonly requeueIntervalMs?: number
}

/** What resolving and validating stores asks of the API server. */
export const rules: readonly PolicyRule[] = [
  {
    apiGroups: ['external-secrets.io'],
    resources: ['secretstores', 'clustersecretstores'],
    verbs: ['get', 'list', 'watch'],
  },
  {
    apiGroups: ['external-secrets.io'],
    resources: ['secretstores/status', 'clustersecretstores/status'],
    verbs: ['patch'],
  },
  { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: [''], resources: ['serviceaccounts', 'namespaces'], verbs: ['list', 'watch'] },
  { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
]

/** For stores that log in as a ServiceAccount; whoever installs may narrow it to names, or leave it out. */
export const storeTokenRules: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] },
]

/** Keeps the status of stores true: Ready only after a real login (design section 3, difference 5). */
export function createStoreReconcile(options: StoreReconcileOptions): Reconcile<SecretStore, StoreFields> {
  const { kind, stores, requeueIntervalMs = 5 * 60_000 } = options
  return async (store, context) => {
    if (store.metadata.deletionTimestamp !== undefined) return { kind: 'ignored', why: 'it is being deleted' }
    const opened = stores.openItself(kind, store)
    if (opened === undefined) return { kind: 'ignored', why: 'another controller serves it' }
    const next = again(intervalMsOf(store, requeueIntervalMs))
    return { ...(await validate(opened, kind, store, context)), next }
  }
}

async function validate(
  { provider }: OpenedStore,
  kind: StoreKind,
  { metadata }: SecretStore,
  { signal }: Context<StoreFields>,
): Promise<Omit<Done<StoreFields>, 'next'>> {
  const { namespace, name, uid } = metadata
  try {
    await provider.check({ signal, onBehalfOf: { kind, namespace, name, uid } })
    return ready('Valid', 'The store is valid: the login succeeds')
  } catch (error) {
    if (!isReferent(error)) throw error
    return ready(
      referentIdentity,
      'The identity comes from the namespace of each ExternalSecret; logins are judged there',
    )
  }
}

function ready(reason: string, message: string): Omit<Done<StoreFields>, 'next'> {
  return { kind: 'done', reason, message, action: 'Valid', fields: { capabilities: 'ReadOnly' } }
}

/** `spec.refreshInterval`; 0 is the default. Below a second it is a second. What is no interval was refused on opening. */
function intervalMsOf({ spec }: SecretStore, defaultMs: number): number {
  const ms = refreshIntervalMs(spec) ?? 0
  return ms === 0 ? defaultMs : Math.max(ms, 1000)
}
