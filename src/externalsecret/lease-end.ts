import { type ExternalSecret, externalSecretKind } from '../api/externalsecret.ts'
import type { Lease } from '../api/externalsecret-status.ts'
import type { KubeObject } from '../kube/object.ts'
import { again, type Context, type Verdict } from '../runtime/reconcile.ts'
import type { Fields } from './fields.ts'
import { abandoned, unaccounted } from './lease-account.ts'
import { holdsFinalizer, unclaim } from './lease-claim.ts'
import { statedFields } from './lease-ledger.ts'
import { type Issued, isIssued, isOver, leasesIn } from './lease-record.ts'
import { type Revoked, revoke } from './lease-revoke.ts'
import { actorOf, storeOfLease } from './lease-stores.ts'
import { pastShown } from './past.ts'
import type { Ports } from './ports.ts'

/** How long the end of leases may hold an ExternalSecret back. */
const patienceMs = 300_000
/** The same in a namespace that is being deleted, where what revoking takes goes at the same time. */
const goingPatienceMs = 60_000
const soonestMs = 1000
const latestMs = 15_000

/** What a slow Gateway leaves undone by then is for the next run, and what was done is on record before. */
const revokingMs = 30_000

/** `keyferry release --revoke` asks by it for the end of all leases; the object is left alone from then on. */
export const releaseAnnotation = 'keyferry.io/release'

/** True when nothing of an ExternalSecret is to be kept alive any more. */
export function isEnding({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined || metadata.annotations?.[releaseAnnotation] === 'revoke'
}

/**
 * Revokes all leases of an ExternalSecret that is being deleted or released, and then lets it go. What cannot be
 * revoked in time is told of and left to its end: nobody's deletion hangs for ever.
 */
export async function endLeases(
  raw: KubeObject,
  ports: Ports,
  context: Context<Fields>,
): Promise<Verdict<Fields>> {
  const { client } = ports
  const { signal } = context
  if (!holdsFinalizer(raw)) return goingAway
  // The watch may not show yet what was minted last.
  const live = await client.find<ExternalSecret>(externalSecretKind, raw.metadata, { signal })
  if (live === undefined || live.metadata.uid !== raw.metadata.uid) return goingAway
  if (!isEnding(live)) return pastShown
  const ending = { live, ports, context }
  const { left, error } = await revokeAll(ending)
  const waitMs = left.length === 0 ? 0 : waitOf(ending)
  if (waitMs > 0) return waitFor(left, ending, waitMs)
  abandoned(live, left, error, ending)
  if (live.metadata.deletionTimestamp === undefined) await context.checkpoint(statedFields(live))
  await unclaim(live, { client, signal })
  ports.leaseObserver.holds(context.key, [])
  return goingAway
}

const goingAway: Verdict<Fields> = { kind: 'ignored', why: 'it is being deleted, or was released' }

/** Half as long again as it has lasted, within what is left of the time; who was released has all the time. */
function waitOf({ live, ports }: Ending): number {
  const { deletionTimestamp, namespace = '' } = live.metadata
  if (deletionTimestamp === undefined) return latestMs
  const elapsedMs = ports.clock.now() - Date.parse(deletionTimestamp)
  const mostMs = ports.isNamespaceGoing(namespace) ? goingPatienceMs : patienceMs
  return Math.min(mostMs - elapsedMs, latestMs, Math.max(soonestMs, elapsedMs / 2))
}

interface Ending {
  readonly live: ExternalSecret
  readonly ports: Ports
  readonly context: Context<Fields>
}

interface Outcome {
  readonly left: readonly Issued[]
  /** Why, of one of them. */
  readonly error: unknown
}

async function revokeAll(ending: Ending): Promise<Outcome> {
  const { clock } = ending.ports
  const untilMs = clock.now() + revokingMs
  const left: Issued[] = []
  let failed: unknown
  for (const stated of leasesIn(ending.live.status)) {
    const lease = answered(stated, ending)
    if (isIssued(lease) && clock.now() >= untilMs) {
      left.push(lease)
      continue
    }
    const revoked = await endOne(lease, ending)
    if (revoked.kind === 'over' || !isIssued(lease)) continue
    if (revoked.kind === 'refused') {
      abandoned(ending.live, [lease], revoked.error, ending)
      continue
    }
    left.push(lease)
    failed = revoked.error
  }
  return { left, error: failed }
}

/** What this very process was told of a mint may be missing on record: the write of it failed. */
function answered(lease: Lease, { live, ports }: Ending): Lease {
  if (isIssued(lease)) return lease
  return ports.leaseMemory.answered(live.metadata, lease) ?? lease
}

async function endOne(lease: Lease, { live, ports, context }: Ending): Promise<Revoked> {
  if (!isIssued(lease)) {
    unaccounted(lease, { ports, context })
    return { kind: 'over' }
  }
  if (isOver(lease, ports.clock.now())) return { kind: 'over' }
  return revoke(lease, {
    open: storeOfLease(live, ports),
    onBehalfOf: actorOf(live),
    signal: context.signal,
    observer: ports.leaseObserver,
    log: context.log,
  })
}

/** What is over is no longer on record, so that it is not asked for again. */
async function waitFor(
  left: readonly Issued[],
  { live, context }: Ending,
  waitMs: number,
): Promise<Verdict<Fields>> {
  if (left.length < leasesIn(live.status).length)
    await context.checkpoint({ ...statedFields(live), leases: left })
  return { kind: 'resting', why: 'its leases are to be revoked first', next: again(waitMs) }
}
