import type { Lease } from '../api/externalsecret-status.ts'
import { ApiError, TransportError } from '../kube/errors.ts'
import type { Note } from '../runtime/reconcile.ts'
import { Failure } from '../std/failure.ts'
import type { Issued } from './lease-record.ts'

const refusals = ['AccessDenied', 'NotFound', 'InvalidSpec']

/** True for an answer that will not be another one in a moment: what was asked is not to be had. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Failure && refusals.includes(error.reason)
}

/** How a call ended, in one word. */
export function reasonOf(error: unknown): string {
  if (error instanceof Failure) return error.reason
  if (error instanceof ApiError || error instanceof TransportError) return 'APIServerError'
  return error instanceof Error && error.name === 'AbortError' ? 'Aborted' : 'Defect'
}

const certain = ['AccessDenied', 'NotFound', 'Throttled', 'AuthFailed', 'JWTRejected']
const unsent = ['StoreNotReady', 'DNSFailure', 'TLSFailure']

/** True when a credential may have been made though nobody was told of it. */
export function mayHaveMinted(error: unknown): boolean {
  if (!(error instanceof Failure)) return true
  return !(certain.includes(error.reason) || unsent.includes(error.reason) || isNotSent(error))
}

function isNotSent({ cause }: Failure): boolean {
  return cause instanceof Error && cause.name === 'NotSent'
}

/** Names the item; the id of a lease may be a user name and is not told. */
export function mintedNote({ item }: Lease): Note {
  return {
    type: 'Normal',
    reason: 'Synced',
    action: 'LeaseMinted',
    message: `A new credential was made from dynamic item "${item}"`,
  }
}

/** What goes wrong with a lease that lives on for now. */
export function notExtendedNote({ item, expiresAt }: Issued, error: unknown): Note {
  return {
    type: 'Warning',
    reason: reasonOf(error),
    action: 'LeaseNotExtended',
    message: `The lease of item "${item}" cannot be extended yet, and ends at ${expiresAt}${wordsOf(error)}`,
  }
}

/** A lease whose time ended while it was still in use. */
export function lapsedNote({ item }: Lease): Note {
  return {
    type: 'Warning',
    reason: 'LeaseExpired',
    action: 'LeaseExpired',
    message: `The lease of item "${item}" was not extended in time and is over`,
  }
}

/** Leases that nobody revokes any more; they end by themselves. */
export function abandonedNote(leases: readonly Lease[], error: unknown): Note {
  const items = [...new Set(leases.map((it) => JSON.stringify(it.item)))]
  const named = items.slice(0, 3).join(', ') + (items.length > 3 ? ` and ${items.length - 3} more` : '')
  return {
    type: 'Warning',
    reason: reasonOf(error),
    action: 'LeaseAbandoned',
    message: `${leases.length} of the leases of ${named} could not be revoked, and end when their time is over${wordsOf(error)}`,
  }
}

/** The words of a Failure are safe to show; those of anything else are for the log. */
function wordsOf(error: unknown): string {
  return error instanceof Failure ? `: ${error.message}` : ''
}
