import type { ObjectKey } from '../kube/object.ts'

/** Hears of leases, for metrics. */
export interface LeaseObserver {
  /** One call to a provider; `result` is `ok`, `gone` (nothing to revoke) or the reason of its failure. */
  operated(operation: 'mint' | 'extend' | 'revoke', result: string): void
  /** The provider may have made a credential whose id nobody knows. */
  unaccounted(): void
  /** Leases that could not be revoked and end by themselves. */
  abandoned(count: number): void
  /** In which states the leases of an ExternalSecret are, one word each; none when it is gone. */
  holds(key: ObjectKey, states: readonly string[]): void
}
