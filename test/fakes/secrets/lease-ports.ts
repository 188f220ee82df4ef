import { LeaseMemory } from '../../../src/externalsecret/lease-memory.ts'
import type { LeasePorts } from '../../../src/externalsecret/lease-ports.ts'

/** For a reconciler of which nobody asks for leases. */
export function quietLeasePorts(): LeasePorts {
  const nobody = () => {}
  return {
    canRecordLeases: () => true,
    isNamespaceGoing: () => false,
    leaseMemory: new LeaseMemory(),
    leaseObserver: { operated: nobody, unaccounted: nobody, abandoned: nobody, holds: nobody },
    announce: nobody,
    lookAgain: nobody,
  }
}
