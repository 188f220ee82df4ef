import { again, type Next, type Verdict } from '../runtime/reconcile.ts'
import type { Fields } from './fields.ts'
import { PastShown } from './lease-claim.ts'
import { leaseDueMs } from './lease-due.ts'
import { heldLease } from './lease-record.ts'
import { rememberStores } from './lease-stores.ts'
import { pastShown } from './past.ts'
import type { LeaseRun } from './run.ts'

/**
 * Gives the verdict of a run with what its leases add: they stand in the status, are looked at in time, and keep the
 * finalizer only while there are any.
 */
export async function heldTogether(
  run: LeaseRun,
  decide: () => Promise<Verdict<Fields>>,
): Promise<Verdict<Fields>> {
  const { ports, context, leases } = run
  try {
    const verdict = await decide()
    if (verdict.kind === 'ignored') return verdict
    await leases.release()
    const next = soonest(verdict, leaseDueMs(run))
    return next.kind === 'done' ? { ...next, fields: { ...next.fields, ...leases.fields() } } : next
  } catch (error) {
    if (error instanceof PastShown) return pastShown
    const dueMs = leaseDueMs(run)
    if (dueMs !== undefined) ports.lookAgain(context.key, dueMs)
    throw error
  } finally {
    rememberStores(run)
    ports.leaseObserver.holds(context.key, leases.all.map(heldLease))
  }
}

/** The same verdict, with a look after so many milliseconds at the latest. */
export function soonest<V extends Verdict<Fields>>(verdict: V, afterMs: number | undefined): V {
  if (verdict.kind === 'ignored' || afterMs === undefined) return verdict
  return { ...verdict, next: earlier(verdict.next, afterMs) }
}

function earlier(next: Next | undefined, afterMs: number): Next {
  return next?.kind === 'again' && next.afterMs <= afterMs ? next : again(afterMs)
}
