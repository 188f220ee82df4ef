import type { Lease } from '../api/externalsecret-status.ts'

/** The status fields of an ExternalSecret that its reconciler decides. */
export interface Fields {
  readonly refreshTime?: string
  readonly syncedResourceVersion?: string
  readonly lastHandledForceSync?: string
  readonly binding?: { readonly name: string }
  readonly syncedStores?: string
  readonly pendingRestart?: string
  readonly leases?: readonly Lease[]
}
