import type { ExternalSecret } from '../api/externalsecret.ts'
import type { KubeObject, ObjectKey } from '../kube/object.ts'
import type { Note } from '../runtime/reconcile.ts'
import type { LeaseMemory } from './lease-memory.ts'
import type { LeaseObserver } from './lease-observer.ts'

/** What looking after leases takes beside what every sync takes. */
export interface LeasePorts {
  /** Whether the served CRD has `status.leases`: what cannot be recorded is never made. */
  canRecordLeases(): boolean
  /** Whether a namespace is being deleted; false where nobody knows. */
  isNamespaceGoing(namespace: string): boolean
  readonly leaseMemory: LeaseMemory
  readonly leaseObserver: LeaseObserver
  /** Looks at an ExternalSecret again after so many milliseconds, also when the run fails and waits for longer. */
  lookAgain(key: ObjectKey, afterMs: number): void
  /** Tells of what is worth an Event whatever becomes of the run. */
  announce(object: ExternalSecret | KubeObject, note: Note): void
}
