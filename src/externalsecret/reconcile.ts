import type { ExternalSecret } from '../api/externalsecret.ts'
import { failure } from '../api/reason.ts'
import { again, type Reconcile, type Verdict } from '../runtime/reconcile.ts'
import { Failure } from '../std/failure.ts'
import { checkSpec } from './check-spec.ts'
import { driftFor } from './drift.ts'
import { isOfGoingNamespace } from './explain-write.ts'
import { isStaleEcho, memoryOf } from './memory.ts'
import { isOfThePast } from './past.ts'
import {
  dueOf,
  isReadOnce,
  isStatusBehind,
  lastRefreshMs,
  originsVersion,
  waitsForWindow,
} from './refresh.ts'
import { type RivalMark, rivalOf } from './rivals.ts'
import { knownTargetOf, type Ports, type Run, targetKeyOf, uidOf } from './run.ts'
import { isOfAnother, openStores, type SpecStores } from './spec-stores.ts'
import { sync } from './sync.ts'
import { type Fields, nextOf, stillGood } from './synced.ts'
import { sourcesVersionOf } from './template-sources.ts'

/** Keeps a Secret equal to what an ExternalSecret asks. */
export function createReconcile(ports: Ports): Reconcile<ExternalSecret & RivalMark, Fields> {
  return async (raw, context) => {
    if (raw.metadata.deletionTimestamp !== undefined) return ignored('it is being deleted')
    if (isOfAnother(raw, ports.isServedByAnother)) return ignored(servedByAnother)
    const object = checkSpec(raw)
    if (object.spec.suspend === true) return { kind: 'suspended', message: 'spec.suspend is true' }
    refuseRival(raw, ports)
    const stores = storesFor(object, ports)
    if (stores === 'not there yet') return appliedTogether
    if (stores === undefined) return ignored(servedByAnother)
    const memory = memoryOf(ports.memories, context.key, uidOf(object))
    const sourcesVersion = originsVersion(sourcesVersionOf(object, ports), stores.version)
    const known = { object, stores, memory, ports, context, sourcesVersion, nowMs: ports.clock.now() }
    const run = { ...known, drift: foundDrift(known), hintedAtMs: ports.hints.of(context.key) }
    const why = reasonToSync(run)
    return why === undefined ? nothingDue(run) : syncPresent(run, why)
  }
}

const servedByAnother = 'a store of it is served by another controller'

/** What is applied in one go arrives by several watches, in any order: a store gets a moment before it is missed. */
const momentMs = 3000
const appliedTogether: Verdict<Fields> = {
  kind: 'resting',
  why: 'its store is not there yet',
  next: again(500),
}

const pastShown: Verdict<Fields> = {
  kind: 'resting',
  why: 'the watch shows an older one than there is',
  next: again(1000),
}

function storesFor(object: ExternalSecret, ports: Ports): SpecStores | 'not there yet' | undefined {
  try {
    return openStores(object, ports.openStore)
  } catch (error) {
    const isMissing = error instanceof Failure && error.reason === 'StoreNotReady'
    if (isMissing && ports.clock.now() - madeAtMs(object) < momentMs) return 'not there yet'
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
  return due === undefined || due === 'interval' ? (hint ?? due ?? run.drift) : due
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
