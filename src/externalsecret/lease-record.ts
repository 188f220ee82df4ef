import type { ExternalSecretSpec } from '../api/externalsecret.ts'
import type { RemoteRef } from '../api/externalsecret-source.ts'
import { ExternalSecretStatus, type Lease } from '../api/externalsecret-status.ts'
import type { HeldLease } from './lease-observer.ts'
import { type StoreRef, storeRefOf } from './spec-stores.ts'

/** The item of a lease, at the store that it is read from. */
export interface LeasedItem {
  readonly store: StoreRef
  readonly item: string
}

/** A lease that the provider knows by an id. */
export type Issued = Lease & Required<Pick<Lease, 'id' | 'ttlSeconds' | 'expiresAt'>>

/** A lease that is extended this often has become old: the next one is a new one. */
const mostLives = 24
/** Leases that were made together are extended one after the other: each up to this part of its life earlier. */
const spread = 0.05
const extendedAfter = 2 / 3

/** False for one whose making was not finished, so that nobody knows what it is called. */
export function isIssued(lease: Lease): lease is Issued {
  return lease.id !== undefined && lease.ttlSeconds !== undefined && lease.expiresAt !== undefined
}

/** The same text for leases of the same item of the same store. */
export function itemKeyOf({ store, item }: LeasedItem): string {
  return `${store.kind}/${store.name} ${item}`
}

/** When a lease ends, by the wall clock in milliseconds. A time that cannot be read is over. */
export function endMs({ expiresAt }: Issued): number {
  return Date.parse(expiresAt) || 0
}

/** Whether its time is over by the wall clock; the provider may have ended it earlier. */
export function isOver(lease: Issued, nowMs: number): boolean {
  return endMs(lease) <= nowMs
}

/** What metrics show of a lease. */
export function heldLease(lease: Lease): HeldLease {
  const { state } = lease
  return isIssued(lease) ? { state, endMs: endMs(lease), lifeMs: lease.ttlSeconds * 1000 } : { state }
}

/** When a lease is to be extended, two thirds into its life; `draw` is the object's own number in [0, 1). */
export function extendMs(lease: Issued, draw: number): number {
  return endMs(lease) - lease.ttlSeconds * 1000 * (1 - extendedAfter + spread * draw)
}

/** True for one that was extended so often that a new one is to take its place. */
export function isOld({ mintedAt, ttlSeconds }: Issued, nowMs: number): boolean {
  return nowMs - Date.parse(mintedAt) >= mostLives * ttlSeconds * 1000
}

/** A lease that lives for so many seconds from `fromMs` on. */
export function livingUntil<T extends Lease>(
  lease: T,
  fromMs: number,
  ttlSeconds: number,
): T & Pick<Issued, 'expiresAt'> {
  return { ...lease, expiresAt: new Date(fromMs + ttlSeconds * 1000).toISOString() }
}

/** The leases that a raw status of any shape tells of; none where it cannot be read. */
export function leasesIn(status: unknown): readonly Lease[] {
  const parsed = ExternalSecretStatus.safeParse(status)
  return parsed.success ? (parsed.data.leases ?? []) : []
}

/** Every single item that a spec names, as `itemKeyOf` writes it: one that it names no more needs no lease. */
export function itemsNamed(spec: ExternalSecretSpec): ReadonlySet<string> {
  const named: string[] = []
  const name = (ref: RemoteRef, store: StoreRef) => named.push(itemKeyOf({ store, item: ref.key }))
  for (const it of spec.data ?? []) name(it.remoteRef, storeRefOf(it.sourceRef, spec))
  for (const it of spec.dataFrom ?? [])
    if (it.extract !== undefined) name(it.extract, storeRefOf(it.sourceRef, spec))
  return new Set(named)
}
