import type { ExternalSecret } from '../api/externalsecret.ts'
import { failure } from '../api/reason.ts'
import { again, type Reconcile, type Verdict } from '../runtime/reconcile.ts'
import { Failure } from '../std/failure.ts'
import { checkSpec } from './check-spec.ts'
import { driftFor } from './drift.ts'
import { isOfGoingNamespace } from './explain-write.ts'
import type { Fields } from './fields.ts'
import { isEnding } from './lease-end.ts'
import { keepLeases, keepLeasesUnless } from './lease-keep.ts'
import { LeaseLedger } from './lease-ledger.ts'
import { heldTogether, soonest } from './lease-verdict.ts'
import { letGo } from './let-go.ts'
import { isStaleEcho, memoryOf } from './memory.ts'
import { isOfThePast, pastShown } from './past.ts'
import type { Ports } from './ports.ts'
import {
  dueOf,
  isReadOnce,
  isStatusBehind,
  lastRefreshMs,
  originsVersion,
  waitsForWindow,
} from './refresh.ts'
import { tellOfEarlier, untoldChange } from './restart-pending.ts'
import { type RivalMark, rivalOf } from './rivals.ts'
import { knownTargetOf, type LeaseRun, type Run, uidOf } from './run.ts'
import { isOfAnother, openStores, type SpecStores } from './spec-stores.ts'
import { sync } from './sync.ts'
import { nextOf, stillGood } from './synced.ts'
import { targetKeyOf } from './target-of.ts'
import { sourcesVersionOf } from './template-sources.ts'

/** Keeps a Secret equal to what an ExternalSecret asks, and the leases alive that it holds. */
export function createReconcile(ports: Ports): Reconcile<ExternalSecret & RivalMark, Fields> {
  return async (raw, context) => {
    if (isEnding(raw)) return letGo(raw, ports, context)
    if (isOfAnother(raw, ports.isServedByAnother)) return ignored(servedByAnother)
    const object = checkSpec(raw, ports.features)
    const { client, clock } = ports
    const leases = new LeaseLedger(object, { ...context, client })
    const looked = { object, ports, context, leases, nowMs: clock.now() }
    return heldTogether(looked, async () => {
      if (object.spec.suspend === true) return suspended(looked)
      refuseRival(raw, ports)
      return admittingDrift(looked, () => keepSecret(looked))
    })
  }
}

async function keepSecret(looked: LeaseRun): Promise<Verdict<Fields>> {
  const { object, ports, context } = looked
  const stores = await keepLeasesUnless(looked, () => storesFor(object, ports))
  if (stores === 'not there yet') return appliedTogether
  if (stores === undefined) return ignored(servedByAnother)
  const memory = memoryOf(ports.memories, context.key, uidOf(object))
  const sourcesVersion = originsVersion(sourcesVersionOf(object, ports), stores.version)
  const known = { ...looked, stores, memory, sourcesVersion }
  const kept = await keepLeases(looked)
  const { spent } = kept
  const { run, againMs } = await tellOfEarlier({
    ...known,
    spent,
    drift: foundDrift(known),
    hintedAtMs: ports.hints.of(context.key),
  })
  const due = reasonToSync(run)
  const why = kept.why ?? due
  const retryMs = least(kept.retryMs, againMs)
  if (why === undefined) return soonest(nothingDue(run), retryMs)
  const { patienceMs } = kept
  if (due !== undefined || patienceMs === undefined) return soonest(await syncPresent(run, why), retryMs)
  return soonest(await replaceInTime(run, why, patienceMs), retryMs)
}

/** Leases that live on while others are made can wait for them: a provider that is away for a moment is no failure. */
async function replaceInTime(run: Run, why: string, patienceMs: number): Promise<Verdict<Fields>> {
  try {
    return await syncPresent(run, why)
  } catch (error) {
    if (!(error instanceof Failure) || error.userMustAct) throw error
    run.context.log.warn({ reason: error.reason, detail: error.message }, 'Cannot replace a lease yet')
    return { kind: 'resting', why: 'its leases are to be replaced', next: again(patienceMs) }
  }
}

/** Nothing is changed, and so nothing is minted; but what the Secret holds goes on being good. */
async function suspended(looked: LeaseRun): Promise<Verdict<Fields>> {
  const { retryMs } = await keepLeases(looked)
  const verdict = { kind: 'suspended', message: 'spec.suspend is true' } as const
  return soonest(verdict, retryMs)
}

const servedByAnother = 'a store of it is served by another controller'

/** What is applied in one go arrives by several watches, in any order: a store gets a moment before it is missed. */
const momentMs = 3000
const appliedTogether: Verdict<Fields> = {
  kind: 'resting',
  why: 'its store is not there yet',
  next: again(500),
}

function storesFor(object: ExternalSecret, ports: Ports): SpecStores | 'not there yet' | undefined {
  try {
    return openStores(object, ports.openStore)
  } catch (error) {
    const isMissing = error instanceof Failure && error.reason === 'StoreNotReady'
    // By a clock that is behind, what was made an hour ago would be new for an hour.
    if (isMissing && Math.abs(ports.clock.now() - madeAtMs(object)) < momentMs) return 'not there yet'
    throw error
  }
}

function madeAtMs({ metadata }: ExternalSecret): number {
  return Date.parse(metadata.creationTimestamp ?? '') || Number.NEGATIVE_INFINITY
}

function ignored(why: string): Verdict<Fields> {
  return { kind: 'ignored', why }
}

function refuseRival(object: RivalMark, ports: Ports): void {
  const rival = rivalOf(object, ports.startedAtMs, ports.clock.now())
  if (rival === undefined) return
  throw failure(
    'AnotherController',
    `Cannot look after this ExternalSecret: "${rival}" writes its status too; give the store another spec.controller, or stop the other controller and restart this one`,
  )
}

/** Why a sync is due now: the calendar and the spec decide, what was found on the Secret, or word from outside. */
function reasonToSync(run: Run): string | undefined {
  const { object, stores, memory, sourcesVersion, nowMs } = run
  const due = dueOf({ object, memory, storeVersion: stores.version, sourcesVersion, nowMs })
  const hint = run.hintedAtMs === undefined || isReadOnce(object) ? undefined : 'event'
  return due === undefined || due === 'interval' ? (hint ?? due ?? run.drift ?? untoldChange(run)) : due
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b)
}

/** A failure that may pass leaves the last good Secret good, but for one that is known to be gone or changed. */
async function admittingDrift(
  run: LeaseRun,
  decide: () => Promise<Verdict<Fields>>,
): Promise<Verdict<Fields>> {
  try {
    return await decide()
  } catch (error) {
    if (!(error instanceof Failure) || error.userMustAct) throw error
    const { object, ports, context } = run
    const memory = memoryOf(ports.memories, context.key, uidOf(object))
    if (foundDrift({ object, ports, memory }) === undefined) throw error
    throw error.with({ lastGoodIsGone: true })
  }
}

function foundDrift(run: Pick<Run, 'object' | 'memory' | 'ports'>): string | undefined {
  const known = knownTargetOf(run)
  return isStaleEcho(run.memory, known) ? undefined : driftFor(run.object, known)
}

/** Syncs what the watch shows, unless that is the past, or goes with its namespace. */
async function syncPresent(run: Run, why: string): Promise<Verdict<Fields>> {
  if (await isOfThePast(run)) return pastShown
  try {
    return await sync(run, why)
  } catch (error) {
    if (isOfGoingNamespace(error)) return ignored('its namespace is going')
    throw error
  }
}

function nothingDue(run: Run): Verdict<Fields> {
  const { object, stores, memory, sourcesVersion, nowMs } = run
  const lastMs = lastRefreshMs(object, memory) ?? nowMs
  if (memory === undefined) rememberStatus(run, lastMs)
  const isGood = !waitsForWindow(object, nowMs)
  if (isGood && isStatusBehind(object))
    return stillGood(object, stores.title, { lastMs, sourcesVersion, nowMs })
  return { kind: 'resting', why: 'nothing is due', next: nextOf(object, lastMs, nowMs) }
}

/** From now on a store that changes is seen, as after a sync. */
function rememberStatus({ object, stores, ports, context }: Run, refreshedAtMs: number): void {
  ports.memories.set(context.key, {
    uid: uidOf(object),
    refreshedAtMs,
    target: targetKeyOf(object),
    targetVersion: '',
    storeVersion: stores.version,
    isStated: true,
  })
}
