import { externalSecretKind } from '../api/externalsecret.ts'
import { LeaseMemory } from '../externalsecret/lease-memory.ts'
import type { LeasePorts } from '../externalsecret/lease-ports.ts'
import type { EventRecorder } from '../runtime/events.ts'
import type { Metrics } from '../runtime/metrics.ts'
import type { Clock } from '../std/clock.ts'
import type { Caches } from './caches.ts'
import { leaseMetrics } from './lease-metrics.ts'
import type { ServedStatus } from './served-status.ts'

interface Deps {
  readonly served: ServedStatus
  readonly caches: Caches
  readonly events: EventRecorder
  readonly metrics: Metrics
  readonly clock: Clock
}

/** What looking after leases takes of the manager; `controller` is who tells Events. */
export function leasePorts(
  { served, caches, events, metrics, clock }: Deps,
  controller: string,
  lookAgain: LeasePorts['lookAgain'],
): LeasePorts {
  const kind = externalSecretKind
  return {
    // A schema that nobody could read holds nothing back: a status that is refused stops a mint by itself.
    canRecordLeases: () => served.declared(kind)?.fields.has('leases') !== false,
    isNamespaceGoing: (name) => caches.namespaces?.store.get(name)?.metadata.deletionTimestamp !== undefined,
    leaseMemory: new LeaseMemory(),
    leaseObserver: leaseMetrics(metrics.registry, clock),
    lookAgain,
    announce: (object, note) => events.record({ controller, kind, object, ...note }),
  }
}
