import type { Client } from '../kube/client.ts'
import { isForbidden } from '../kube/errors.ts'
import { leaseKind } from '../kube/kind.ts'
import { keyOf, type ObjectRef } from '../kube/object.ts'
import { holderOf, type Lease } from '../runtime/lease.ts'
import { ok, skipped, type Verdict, warned } from './finding.ts'

export interface LeaseQuestion {
  readonly client: Client
  readonly ref: ObjectRef
  /** Somebody said that it must be there. */
  readonly isNamed: boolean
  readonly nowMs: number
  readonly signal: AbortSignal
}

/** Who leads. Throws ApiError and TransportError. */
export async function leaseVerdict({ client, ref, isNamed, nowMs, signal }: LeaseQuestion): Promise<Verdict> {
  let lease: Lease | undefined
  try {
    lease = await client.find<Lease>(leaseKind, ref, { signal })
  } catch (error) {
    if (isNamed || !isForbidden(error)) throw error
    return skipped(`Lease ${keyOf(ref)} may not be read: without leader election nobody needs to`)
  }
  if (lease !== undefined) return held(lease, nowMs)
  const absent = `there is no Lease ${keyOf(ref)}`
  const name = 'name the Lease with --leader-election-namespace and --leader-election-id'
  if (!isNamed) return skipped(`${absent}; ${name}`)
  return warned(`${absent}: no manager has led yet`, `look at the pods of Keyferry, or ${name}`)
}

function held(lease: Lease, nowMs: number): Verdict {
  const holder = holderOf(lease)
  const look = 'look at the pods of Keyferry and their log'
  if (holder === '') return warned('nobody leads: the last leader let go of the Lease', look)
  const ageMs = nowMs - Date.parse(lease.spec?.renewTime ?? '')
  const lifeMs = (lease.spec?.leaseDurationSeconds ?? 15) * 1000
  const age = `renewed ${Math.max(Math.round(ageMs / 1000), 0)} s ago`
  if (Number.isNaN(ageMs)) return warned(`${holder} holds it and does not say since when`, look)
  if (ageMs > 2 * lifeMs) return warned(`nobody leads: ${holder} held it, ${age}`, look)
  return ok(`${holder} leads, ${age}`)
}
