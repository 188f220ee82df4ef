import type { ObjectKey } from '../kube/object.ts'

/** A lease on record. */
export interface HeldLease {
  readonly state: string
  /** When it ends, by the wall clock; undefined for one whose making was not finished. */
  readonly endMs?: number
  /** The whole of its life, up to that end. */
  readonly lifeMs?: number
}

/** Hears of leases, for metrics. */
export interface LeaseObserver {
  /** One call to a provider; `result` is `ok`, `gone` (nothing to revoke) or the reason of its failure. */
  operated(operation: 'mint' | 'extend' | 'revoke', result: string): void
  /** The provider may have made a credential whose id nobody knows. */
  unaccounted(): void
  /** Leases that could not be revoked and end by themselves. */
  abandoned(count: number): void
  /** The leases that an ExternalSecret has; none when it is gone. */
  holds(key: ObjectKey, leases: readonly HeldLease[]): void
}
