import type { ExternalSecret } from '../api/externalsecret.ts'
import type { Lease } from '../api/externalsecret-status.ts'
import { failure } from '../api/reason.ts'
import type { KubeObject } from '../kube/object.ts'
import { Failure } from '../std/failure.ts'
import type { OpenedStore } from '../store/open.ts'
import type { OnBehalfOf } from '../store/provider.ts'
import type { LeaseMemory } from './lease-memory.ts'
import type { LeaseRun } from './run.ts'
import type { OpenStore, StoreRef } from './spec-stores.ts'

/** The store of a lease as it is now. Throws the Failure of one that cannot be used. */
export function storeNow(
  { store: ref }: Pick<Lease, 'store'>,
  { metadata }: ExternalSecret | KubeObject,
  openStore: OpenStore,
): OpenedStore {
  const opened = openStore(ref, metadata.namespace ?? '')
  if (opened === undefined) throw servedByAnother(ref)
  return opened
}

interface Stores {
  readonly openStore: OpenStore
  readonly leaseMemory: LeaseMemory
}

/**
 * The store of a lease, which the spec may name no more. One that is gone stays open for this as long as this process
 * remembers it: in a namespace that is deleted it goes before its leases.
 */
export function storeOfLease(
  object: ExternalSecret | KubeObject,
  { openStore, leaseMemory }: Stores,
): (lease: Pick<Lease, 'store'>) => OpenedStore {
  const { stores } = leaseMemory.of(object.metadata)
  return (lease) => {
    const name = nameOf(lease)
    try {
      const opened = storeNow(lease, object, openStore)
      stores.set(name, opened)
      return opened
    } catch (error) {
      const remembered = stores.get(name)
      if (remembered === undefined) throw error
      return remembered
    }
  }
}

/** Keeps the stores of leases at hand, so that these can be revoked when all of it goes together. */
export function rememberStores({ object, leases, ports }: LeaseRun): void {
  const byStore = new Map(leases.all.map((it) => [nameOf(it), it]))
  for (const lease of byStore.values()) {
    try {
      storeOfLease(object, ports)(lease)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
    }
  }
}

function nameOf({ store: { kind, name } }: Pick<Lease, 'store'>): string {
  return `${kind}/${name}`
}

function servedByAnother({ kind, name }: StoreRef) {
  return failure('StoreNotReady', `Cannot use ${kind} "${name}": another controller serves it`)
}

/** For whom calls are made, for the audit record. */
export function actorOf({ metadata: { namespace, name, uid } }: KubeObject): OnBehalfOf {
  return { kind: 'ExternalSecret', namespace, name, uid }
}
