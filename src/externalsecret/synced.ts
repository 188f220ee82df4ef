import type { ExternalSecret } from '../api/externalsecret.ts'
import { keyOf } from '../kube/object.ts'
import { again, type Done, type Next, type Note, settled } from '../runtime/reconcile.ts'
import type { ReadStore } from '../runtime/store.ts'
import { fieldManagerOf } from './names.ts'
import { forceSyncOf, nextRefreshMs, syncedVersionOf } from './refresh.ts'
import type { SecretFacts } from './secret-facts.ts'
import { targetNameOf } from './target-of.ts'
import type { Written } from './write-target.ts'

/** The status fields of an ExternalSecret that its reconciler decides. */
export interface Fields {
  readonly refreshTime?: string
  readonly syncedResourceVersion?: string
  readonly lastHandledForceSync?: string
  readonly binding?: { readonly name: string }
}

/** What came of a sync. */
export interface Sync {
  /** For messages: `SecretStore shop/akeyless`. */
  readonly storeTitle: string
  readonly written: Written
  readonly secrets: ReadStore<SecretFacts>
  /** What the templates of other objects were, before they were read. */
  readonly sourcesVersion: string
  readonly nowMs: number
}

/** The Secret was written, or found as it should be. */
export function synced(object: ExternalSecret, sync: Sync): Done<Fields> {
  const { storeTitle, written, secrets, sourcesVersion, nowMs } = sync
  const action = written.outcome === 'created' ? 'Created' : 'Updated'
  return {
    ...inSync(object, storeTitle, action),
    fields: fieldsOf(object, { lastMs: nowMs, sourcesVersion }, forceSyncOf(object.metadata)),
    next: nextOf(object, nowMs, nowMs),
    unchanged: written.outcome === 'unchanged',
    notes: [...rewriteNotes(object, written, action), ...renameNotes(object, secrets)],
  }
}

/** What the last sync was made of, and when. */
export interface LastSync {
  readonly lastMs: number
  readonly sourcesVersion: string
}

/** Nothing was read, because the values are read but once, and the Secret is as it was written: the status says so. */
export function stillGood(
  object: ExternalSecret,
  storeTitle: string,
  last: LastSync & { readonly nowMs: number },
): Done<Fields> {
  return {
    ...inSync(object, storeTitle, 'Updated'),
    fields: fieldsOf(object, last, object.status?.lastHandledForceSync),
    next: nextOf(object, last.lastMs, last.nowMs),
  }
}

/** When to look again; only those that refresh by the clock have such a time. */
export function nextOf(object: ExternalSecret, lastMs: number, nowMs: number): Next {
  const afterMs = nextRefreshMs(object, lastMs, nowMs)
  return afterMs === undefined ? settled : again(afterMs)
}

function inSync(object: ExternalSecret, storeTitle: string, action: string) {
  const message = `Secret "${targetNameOf(object)}" is in sync with ${storeTitle}`
  return { kind: 'done', reason: 'Synced', message, action } as const
}

function fieldsOf(object: ExternalSecret, last: LastSync, forceSync: string | undefined): Fields {
  return {
    refreshTime: rfc3339(last.lastMs),
    syncedResourceVersion: syncedVersionOf(object.metadata, last.sourcesVersion),
    binding: { name: targetNameOf(object) },
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

/** Keyferry deletes no Secret: of one that it leaves behind under an old name it tells once. */
function renameNotes(object: ExternalSecret, secrets: ReadStore<SecretFacts>): readonly Note[] {
  const { namespace } = object.metadata
  const name = object.status?.binding?.name
  if (name === undefined || name === targetNameOf(object)) return []
  const left = secrets.get(keyOf({ namespace, name }))
  if (left?.dataKeys.has(fieldManagerOf(object.metadata.name)) !== true) return []
  const message = `Secret "${name}" was left behind: the target is "${targetNameOf(object)}" now; delete the old one when nothing uses it`
  return [{ type: 'Warning', reason: 'Synced', action: 'Orphaned', message }]
}

/** metav1.Time has whole seconds. */
function rfc3339(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`
}
