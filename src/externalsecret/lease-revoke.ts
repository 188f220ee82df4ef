import { Failure } from '../std/failure.ts'
import type { Log } from '../std/log.ts'
import type { OpenedStore } from '../store/open.ts'
import type { OnBehalfOf } from '../store/provider.ts'
import type { LeaseObserver } from './lease-observer.ts'
import type { Issued } from './lease-record.ts'
import { reasonOf } from './lease-words.ts'

export interface Revoking {
  /** Opens the store of a lease; throws the Failure of one that cannot be used. */
  open(lease: Issued): OpenedStore
  readonly onBehalfOf: OnBehalfOf
  readonly signal: AbortSignal
  readonly observer: LeaseObserver
  readonly log: Log
}

/** What became of a lease: it is over, it will not be revoked, or it may be later. */
export type Revoked =
  | { readonly kind: 'over' }
  | { readonly kind: 'refused' | 'later'; readonly error: unknown }

/** Revokes one lease. One that the provider does not know is over. */
export async function revoke(lease: Issued, revoking: Revoking): Promise<Revoked> {
  const { onBehalfOf, signal, observer, log } = revoking
  try {
    const { leases } = revoking.open(lease).provider
    if (leases === undefined) return { kind: 'refused', error: undefined }
    const outcome = await leases.revoke({ item: lease.item, id: lease.id }, { signal, onBehalfOf })
    observer.operated('revoke', outcome === 'gone' ? 'gone' : 'ok')
    return { kind: 'over' }
  } catch (error) {
    signal.throwIfAborted()
    observer.operated('revoke', reasonOf(error))
    log.warn({ reason: reasonOf(error), item: lease.item }, 'Cannot revoke a lease')
    return { kind: isDenied(error) ? 'refused' : 'later', error }
  }
}

/** Of a store that is gone, or whose credentials are, nobody knows whether it comes back. */
function isDenied(error: unknown): boolean {
  return error instanceof Failure && error.reason === 'AccessDenied'
}
