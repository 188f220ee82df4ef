import { Counter, Gauge, type Registry } from 'prom-client'
import type { LeaseObserver } from '../externalsecret/lease-observer.ts'
import type { ObjectKey } from '../kube/object.ts'

const states = ['Minting', 'Recorded', 'Active', 'Expiring']

/** Counts leases of dynamic items, and what is done with them; never a name of an item. */
export function leaseMetrics(registry: Registry): LeaseObserver {
  const registers = [registry]
  const held = heldLeases(registry)
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

/** Summed up at each scrape. */
function heldLeases(registry: Registry): { set(key: ObjectKey, states: readonly string[]): void } {
  const byKey = new Map<ObjectKey, readonly string[]>()
  const gauge = new Gauge({
    name: 'keyferry_leases',
    help: 'Leases on record by state',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      for (const state of states) gauge.set({ state }, 0)
      for (const those of byKey.values()) for (const state of those) gauge.inc({ state })
    },
  })
  return {
    set: (key, those) => (those.length === 0 ? byKey.delete(key) : byKey.set(key, those)),
  }
}
