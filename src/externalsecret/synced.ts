import type { ExternalSecret } from '../api/externalsecret.ts'
import { again, type Done, type Next, type Note, settled } from '../runtime/reconcile.ts'
import type { Fields } from './fields.ts'
import { creationPolicyOf, deletionPolicyOf } from './policies.ts'
import { forceSyncOf, nextRefreshMs, syncedVersionOf } from './refresh.ts'
import type { Written } from './secret-writes.ts'
import { targetNameOf } from './target-of.ts'

const mostNamed = 3

/** What came of a sync. */
export interface Sync {
  /** For messages: `SecretStore shop/akeyless`. */
  readonly storeTitle: string
  readonly written: Written
  /** What else is to be told of. */
  readonly notes: readonly Note[]
  /** What the templates of other objects were, before they were read. */
  readonly sourcesVersion: string
  readonly stores: string | undefined
  /** The change that workloads have yet to be told of. */
  readonly pendingRestart?: string | undefined
  readonly nowMs: number
}

/** The Secret was written, or found as it should be. */
export function synced(object: ExternalSecret, sync: Sync): Done<Fields> {
  const { storeTitle, written, sourcesVersion, stores, pendingRestart, nowMs } = sync
  const action = written.outcome === 'created' ? 'Created' : 'Updated'
  return {
    ...inSync(object, storeTitle, action),
    fields: {
      ...fieldsOf(object, { lastMs: nowMs, sourcesVersion, stores }, forceSyncOf(object.metadata)),
      ...(pendingRestart !== undefined && { pendingRestart }),
    },
    next: nextOf(object, nowMs, nowMs),
    unchanged: written.outcome === 'unchanged',
    notes: [...rewriteNotes(object, written, action), ...sync.notes],
  }
}

/** What the last sync was made of, and when. */
export interface LastSync {
  readonly lastMs: number
  readonly sourcesVersion: string
  /** A digest of what the stores were. */
  readonly stores: string | undefined
}

/** Nothing was read, because the values are read but once, and the Secret is as it was written: the status says so. */
export function stillGood(
  object: ExternalSecret,
  storeTitle: string,
  last: Omit<LastSync, 'stores'> & { readonly nowMs: number },
): Done<Fields> {
  const { syncedStores: stores, lastHandledForceSync, pendingRestart } = object.status ?? {}
  return {
    ...inSync(object, storeTitle, 'Updated'),
    fields: {
      ...fieldsOf(object, { ...last, stores }, lastHandledForceSync),
      ...(pendingRestart !== undefined && { pendingRestart }),
    },
    next: nextOf(object, last.lastMs, last.nowMs),
  }
}

/** When to look again; only those that refresh by the clock have such a time. */
export function nextOf(object: ExternalSecret, lastMs: number, nowMs: number): Next {
  const afterMs = nextRefreshMs(object, lastMs, nowMs)
  return afterMs === undefined ? settled : again(afterMs)
}

export function inSync(object: ExternalSecret, storeTitle: string, action: string) {
  const message = hasSecret(object)
    ? `Secret "${targetNameOf(object)}" is in sync with ${storeTitle}`
    : `The values can be read from ${storeTitle}; creationPolicy None writes no Secret`
  return { kind: 'done', reason: 'Synced', message, action } as const
}

function hasSecret(object: ExternalSecret): boolean {
  return creationPolicyOf(object) !== 'None'
}

/** What the stores were is on record only where it is asked for: before items take anything with them. */
export function fieldsOf(object: ExternalSecret, last: LastSync, forceSync: string | undefined): Fields {
  return {
    refreshTime: rfc3339(last.lastMs),
    syncedResourceVersion: syncedVersionOf(object.metadata, last.sourcesVersion),
    ...(hasSecret(object) && { binding: { name: targetNameOf(object) } }),
    ...(last.stores !== undefined && deletionPolicyOf(object) !== 'Retain' && { syncedStores: last.stores }),
    ...(forceSync === undefined ? {} : { lastHandledForceSync: forceSync }),
  }
}

/** The first sync is told by the transition of the condition; later writes have no transition. */
function rewriteNotes(object: ExternalSecret, written: Written, action: string): readonly Note[] {
  const wasReady = object.status?.conditions?.some((it) => it.type === 'Ready' && it.status === 'True')
  if (wasReady !== true || written.outcome === 'unchanged') return []
  const message = `Secret "${targetNameOf(object)}" was written anew`
  return [{ type: 'Normal', reason: 'Synced', action, message }]
}

/** Of items whose keys went with them it is told once: when they go. */
export function missingNotes(
  object: ExternalSecret,
  lost: readonly string[],
  missing: readonly string[],
): readonly Note[] {
  if (lost.length === 0 || missing.length === 0) return []
  const names = missing.slice(0, mostNamed).map((it) => JSON.stringify(it))
  const more = missing.length > mostNamed ? ` and ${missing.length - mostNamed} more` : ''
  const message = `What came from ${names.join(', ')}${more} was taken out of Secret "${targetNameOf(object)}": it does not exist at the provider any more`
  return [{ type: 'Warning', reason: 'NotFound', action: 'MissingProviderSecret', message }]
}

/** metav1.Time has whole seconds. */
function rfc3339(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`
}
