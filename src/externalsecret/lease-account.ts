import type { Lease } from '../api/externalsecret-status.ts'
import type { KubeObject } from '../kube/object.ts'
import type { Context } from '../runtime/reconcile.ts'
import type { Fields } from './fields.ts'
import type { LeasePorts } from './lease-ports.ts'
import { abandonedNote } from './lease-words.ts'

interface Account {
  readonly ports: LeasePorts
  readonly context: Pick<Context<Fields>, 'key' | 'log'>
}

/** A credential may have been made whose id nobody recorded: it is never revoked, and ends when its time is over. */
export function unaccounted({ item, mintedAt }: Lease, { ports, context }: Account): void {
  const record = { action: 'lease_unaccounted', onBehalfOf: context.key, item, mintedAt }
  context.log.warn({ audit: record }, 'audit')
  ports.leaseObserver.unaccounted()
}

/** Leases that nobody revokes any more. */
export function abandoned(
  object: KubeObject,
  leases: readonly Lease[],
  error: unknown,
  { ports, context }: Account,
): void {
  if (leases.length === 0) return
  for (const { item, id, expiresAt } of leases)
    context.log.warn(
      { audit: { action: 'lease_abandoned', onBehalfOf: context.key, item, id, expiresAt } },
      'audit',
    )
  ports.leaseObserver.abandoned(leases.length)
  ports.announce(object, abandonedNote(leases, error))
}
