import type { ExternalSecret } from '../api/externalsecret.ts'
import { failure } from '../api/reason.ts'
import type { KubeObject } from '../kube/object.ts'
import type { OpenedStore } from '../store/open.ts'
import type { OnBehalfOf } from '../store/provider.ts'
import type { LeaseMemory } from './lease-memory.ts'
import type { Issued } from './lease-record.ts'
import type { OpenStore, StoreRef } from './spec-stores.ts'

interface Stores {
  readonly openStore: OpenStore
  readonly leaseMemory: LeaseMemory
}

/**
 * The store of a lease, which the spec may name no more. One that is gone stays open for this as long as this process
 * remembers it: in a namespace that is deleted it goes before its leases.
 */
export function storeOfLease(
  { metadata }: ExternalSecret | KubeObject,
  key: string,
  { openStore, leaseMemory }: Stores,
): (lease: Pick<Issued, 'store'>) => OpenedStore {
  const { stores } = leaseMemory.of(key, metadata.uid ?? '')
  return ({ store: ref }) => {
    const name = `${ref.kind}/${ref.name}`
    try {
      const opened = openStore(ref, metadata.namespace ?? '')
      if (opened === undefined) throw servedByAnother(ref)
      stores.set(name, opened)
      return opened
    } catch (error) {
      const remembered = stores.get(name)
      if (remembered === undefined) throw error
      return remembered
    }
  }
}

function servedByAnother({ kind, name }: StoreRef) {
  return failure('StoreNotReady', `Cannot use ${kind} "${name}": another controller serves it`)
}

/** For whom calls are made, for the audit record. */
export function actorOf({ metadata: { namespace, name, uid } }: KubeObject): OnBehalfOf {
  return { kind: 'ExternalSecret', namespace, name, uid }
}
