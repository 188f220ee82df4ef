import type { ExternalSecret } from '../api/externalsecret.ts'
import { failure } from '../api/reason.ts'
import { type Done, settled } from '../runtime/reconcile.ts'
import type { Failure } from '../std/failure.ts'
import type { Deletion } from './delete-target.ts'
import type { Fields } from './fields.ts'
import { forceSyncOf } from './refresh.ts'
import { fieldsOf, inSync, nextOf } from './synced.ts'
import { targetNameOf } from './target-of.ts'

/** What a sync was made of that wrote no Secret. */
export interface Facts {
  readonly stores: string | undefined
  readonly sourcesVersion: string
  readonly nowMs: number
}

/** Nothing was found at the provider, which is no failure; the Secret, if there is one, was left as it is. */
export function nothingFound(
  object: ExternalSecret,
  storeTitle: string,
  facts: Omit<Facts, 'stores'> & { readonly isThere: boolean },
): Done<Fields> {
  const { isThere, ...rest } = facts
  const { syncedStores: stores, pendingRestart } = object.status ?? {}
  const { binding, ...fields } = freshFields(object, { ...rest, stores })
  return {
    kind: 'done',
    reason: 'Synced',
    action: 'Updated',
    message: `Nothing was found at ${storeTitle}; Secret "${targetNameOf(object)}" is ${isThere ? 'left as it is' : 'not made'}`,
    fields: {
      ...fields,
      ...(isThere && binding !== undefined && { binding }),
      ...(isThere && pendingRestart !== undefined && { pendingRestart }),
    },
    next: nextOf(object, facts.nowMs, facts.nowMs),
  }
}

/** The values can be read, and that is all that creationPolicy None asks. */
export function notWritten(object: ExternalSecret, storeTitle: string, facts: Facts): Done<Fields> {
  return {
    ...inSync(object, storeTitle, 'Updated'),
    fields: freshFields(object, facts),
    next: nextOf(object, facts.nowMs, facts.nowMs),
    unchanged: true,
  }
}

/**
 * The Secret is not there that creationPolicy Merge only adds keys to. Ready, as with ESO: nothing is wrong, and a
 * GitOps tool that waits for Ready before it makes the Secret would otherwise wait for ever; the reason tells. Neither
 * is anything synced, so that no time of a refresh is told: the values are read as soon as the Secret is there.
 */
export function secretMissing(object: ExternalSecret): Done<Fields> {
  const forceSync = forceSyncOf(object.metadata)
  return {
    kind: 'done',
    reason: 'SecretMissing',
    action: 'SecretMissing',
    message: `Secret "${targetNameOf(object)}" does not exist, and creationPolicy Merge does not make it; keys are added as soon as it is there`,
    fields: forceSync === undefined ? {} : { lastHandledForceSync: forceSync },
    next: settled,
  }
}

/** Every item is gone at the provider, and the Secret was promised to outlive its ExternalSecret: as with ESO it stays. */
export function orphanKept(object: ExternalSecret): Failure {
  return failure(
    'InvalidSpec',
    `Cannot delete Secret "${targetNameOf(object)}": every item is missing at the provider, and creationPolicy Orphan keeps it; use creationPolicy Owner, or deletionPolicy Merge to empty it`,
  )
}

/** Every item is gone at the provider, and with them the Secret, as deletionPolicy Delete asks. */
export function secretDeleted(
  object: ExternalSecret,
  storeTitle: string,
  facts: Facts & { readonly outcome: Deletion },
): Done<Fields> {
  const { binding: _, ...fields } = freshFields(object, facts)
  const what = facts.outcome === 'deleted' ? 'was deleted' : 'is not kept'
  return {
    kind: 'done',
    reason: 'SecretDeleted',
    action: 'Deleted',
    message: `Secret "${targetNameOf(object)}" ${what}: no item of it exists at ${storeTitle}, and deletionPolicy is Delete`,
    fields,
    next: nextOf(object, facts.nowMs, facts.nowMs),
    unchanged: facts.outcome !== 'deleted',
  }
}

/** The right to delete Secrets is not part of what Keyferry is granted unless somebody asks for it. */
export function deletionForbidden(object: ExternalSecret): Failure {
  const { namespace = '' } = object.metadata
  return failure(
    'TargetRejected',
    `Cannot delete Secret "${namespace}/${targetNameOf(object)}": no item of it exists at the provider any more, and the API server forbids the deletion; grant delete on Secrets (ClusterRole keyferry-external-secrets-delete), or delete it yourself`,
  )
}

function freshFields(object: ExternalSecret, { nowMs, sourcesVersion, stores }: Facts): Fields {
  return fieldsOf(object, { lastMs: nowMs, sourcesVersion, stores }, forceSyncOf(object.metadata))
}
