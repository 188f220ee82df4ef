import { Counter, Gauge, type Registry } from 'prom-client'
import type { HeldLease, LeaseObserver } from '../externalsecret/lease-observer.ts'
import type { ObjectKey } from '../kube/object.ts'
import type { Clock } from '../std/clock.ts'

const states = ['Minting', 'Recorded', 'Active', 'Expiring']

/** Counts leases of dynamic items, and what is done with them; never a name of an item. */
export function leaseMetrics(registry: Registry, clock: Clock): LeaseObserver {
  const registers = [registry]
  const held = heldLeases(registry, clock)
  const operations = new Counter({
    name: 'keyferry_lease_operations_total',
    help: 'Calls for leases by operation (mint, extend, revoke) and result',
    labelNames: ['operation', 'result'],
    registers,
  })
  const unaccounted = new Counter({
    name: 'keyferry_leases_unaccounted_total',
    help: 'Credentials that may have been made and whose id nobody knows',
    registers,
  })
  const abandoned = new Counter({
    name: 'keyferry_leases_abandoned_total',
    help: 'Leases that could not be revoked and end by themselves',
    registers,
  })
  return {
    operated: (operation, result) => operations.inc({ operation, result }),
    unaccounted: () => unaccounted.inc(),
    abandoned: (count) => abandoned.inc(count),
    holds: (key, those) => held.set(key, those),
  }
}

/** They are extended when a third of their life is left: less than this is left only to those that could not be. */
const nearEnd = 0.2

/** Summed up at each scrape. */
function heldLeases(
  registry: Registry,
  clock: Clock,
): { set(key: ObjectKey, leases: readonly HeldLease[]): void } {
  const byKey = new Map<ObjectKey, readonly HeldLease[]>()
  const all = () => [...byKey.values()].flat()
  const gauge = new Gauge({
    name: 'keyferry_leases',
    help: 'Leases on record by state',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      for (const state of states) gauge.set({ state }, 0)
      for (const { state } of all()) gauge.inc({ state })
    },
  })
  void new Gauge({
    name: 'keyferry_leases_near_end',
    help: 'Leases in use that have less than a fifth of their life left',
    registers: [registry],
    collect() {
      this.set(all().filter((it) => isNearEnd(it, clock.now())).length)
    },
  })
  void new Gauge({
    name: 'keyferry_lease_next_expiry_timestamp_seconds',
    help: 'When the lease in use that ends first ends; absent where there is none',
    registers: [registry],
    collect() {
      this.reset()
      const ends = all().flatMap((it) => (isUsed(it) && it.endMs !== undefined ? [it.endMs] : []))
      if (ends.length === 0) this.remove()
      else this.set(ends.reduce((first, it) => Math.min(first, it)) / 1000)
    },
  })
  return {
    set: (key, those) => (those.length === 0 ? byKey.delete(key) : byKey.set(key, those)),
  }
}

/** Those that are replaced already end because they should. */
function isUsed({ state }: HeldLease): boolean {
  return state === 'Active' || state === 'Recorded'
}

function isNearEnd(lease: HeldLease, nowMs: number): boolean {
  const { endMs, lifeMs } = lease
  if (!isUsed(lease) || endMs === undefined || lifeMs === undefined) return false
  return endMs - nowMs < lifeMs * nearEnd
}
