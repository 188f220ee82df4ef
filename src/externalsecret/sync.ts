import type { ExternalSecret } from '../api/externalsecret.ts'
import type { Verdict } from '../runtime/reconcile.ts'
import type { OnBehalfOf } from '../store/provider.ts'
import { Absences } from './absences.ts'
import { type Deletion, deleteTarget, mayDelete } from './delete-target.ts'
import { fetchValues, type Hearers, type Values } from './fetch.ts'
import type { Fields } from './fields.ts'
import { Lender } from './lease-lend.ts'
import { soonest } from './lease-verdict.ts'
import type { Memory } from './memory.ts'
import { fieldManagerOf } from './names.ts'
import { pastCaches } from './past-caches.ts'
import { creationPolicyOf, deletionPolicyOf } from './policies.ts'
import { isForceSyncNew } from './refresh.ts'
import { cleanUpRenamed } from './renamed.ts'
import { compatOf, type Renderer } from './renderer.ts'
import { tellWorkloads } from './restart.ts'
import { changeToTell } from './restart-plan.ts'
import { createRewriter } from './rewrite.ts'
import { knownTargetOf, type Run, uidOf } from './run.ts'
import type { Written } from './secret-writes.ts'
import { sourceReader } from './source-reader.ts'
import { missingNotes, synced } from './synced.ts'
import { targetKeyOf, targetOf } from './target-of.ts'
import type { Shape } from './target-shape.ts'
import { shapeBy } from './target-template.ts'
import {
  deletionForbidden,
  nothingFound,
  notWritten,
  orphanKept,
  secretDeleted,
  secretMissing,
} from './unwritten.ts'
import { refuseEmptyFind, refuseVanishing, storesDigest } from './vanishing.ts'
import { isUnchanged, versionsOf } from './versions.ts'
import { writeTarget } from './write-target.ts'

/** Reads the values and makes the Secret what they say, as the policies of the spec ask. */
export async function sync(given: Run, why: string): Promise<Verdict<Fields>> {
  const run = heeding(given, why)
  if (isWaiting(run)) return await waiting(run)
  const versions = await versionsOf(run, why, readerOf(run.object))
  if (isUnchanged(run, why, versions)) return unchanged(run)
  run.context.log.debug({ why }, 'Reading values')
  return read({ ...run, versions })
}

/** Who asks for a read by force knows that values are other ones now: it is a word from outside. */
function heeding(run: Run, why: string): Run {
  const isForced = why === 'spec or metadata changed' && isForceSyncNew(run.object)
  return isForced ? { ...run, hintedAtMs: run.hintedAtMs ?? run.nowMs } : run
}

async function read(run: Run): Promise<Verdict<Fields>> {
  const { object } = run
  const absences = new Absences()
  const emptyFinds: string[] = []
  const lender = new Lender(run)
  const values = await valuesFor(run, absences, { tellEmpty: (path) => emptyFinds.push(path), lender })
  const isEmpty = values.size === 0 && !lender.hasDynamic
  if (isEmpty && !absences.isEverythingMissing) return retained(run)
  if (isEmpty && deletionPolicyOf(object) === 'Delete') {
    if (creationPolicyOf(object) === 'Orphan') throw orphanKept(object)
    return removed(run, absences, lender)
  }
  if (creationPolicyOf(object) === 'None') return unwritten(run, lender)
  return written(run, { values, absences, emptyFinds, lender })
}

/** What was read for a Secret that is to be written. */
interface Found {
  readonly values: Values
  readonly absences: Absences
  readonly emptyFinds: readonly string[]
  readonly lender: Lender
}

/** A Secret that somebody else is to make: until then nobody needs the values. */
function isWaiting(run: Run): boolean {
  return creationPolicyOf(run.object) === 'Merge' && knownTargetOf(run) === undefined
}

/** Nothing is remembered, so that the values are read as soon as the watch shows the Secret. */
async function waiting(run: Run): Promise<Verdict<Fields>> {
  const { object, ports, context } = run
  ports.memories.delete(context.key)
  await new Lender(run).finish()
  return secretMissing(object)
}

/** What is missing is a failure, unless the spec says what becomes of its keys. */
function valuesFor(run: Run, absences: Absences, hearers: Hearers): Promise<Values> {
  const { object, stores, context, hintedAtMs } = run
  const options = { signal: context.signal, onBehalfOf: readerOf(object) }
  const present = hintedAtMs === undefined ? stores : pastCaches(stores)
  const asked = deletionPolicyOf(object) === 'Retain' ? present : absences.over(present)
  return fetchValues(object.spec, asked, options, createRewriter(rendererOf(run)), hearers)
}

/** For whom the values are read, for the audit record. */
function readerOf({ metadata: { namespace, name, uid } }: ExternalSecret): OnBehalfOf {
  return { kind: 'ExternalSecret', namespace, name, uid }
}

/** A look was enough: the Secret stays as it was written, and nothing was read for it. */
function unchanged(run: Run): Verdict<Fields> {
  const { object, stores, memory, ports, context, sourcesVersion, nowMs } = run
  if (memory === undefined) throw new Error('nothing is remembered that could be unchanged')
  ports.memories.set(context.key, { ...memory, refreshedAtMs: nowMs })
  const facts = { stores: digestOf(run), sourcesVersion, nowMs }
  if (creationPolicyOf(object) === 'None') return notWritten(object, stores.title, facts)
  const found = { outcome: 'unchanged', resourceVersion: memory.targetVersion } as const
  return synced(object, { storeTitle: stores.title, written: found, notes: [], ...facts })
}

function rendererOf({ object, ports, context, nowMs }: Run): Renderer {
  return { render: ports.render, compat: compatOf(object), nowMs, signal: context.signal }
}

async function written(run: Run, { values, absences, emptyFinds, lender }: Found): Promise<Verdict<Fields>> {
  const { object, stores, ports, context, sourcesVersion, nowMs } = run
  const { signal } = context
  const shape = lender.marked(lender.kept ?? (await shapeFor(run, values)))
  const lost = lostKeys(run, shape)
  refuse(run, absences, lost.length)
  refuseEmptyFind(object, emptyFinds, lost)
  const changedAt = await changeToTell(run, shape, lost.length > 0)
  if (changedAt !== undefined) await run.leases.saveWith({ pendingRestart: changedAt })
  const result = await writeTarget(targetOf(object, shape), knownTargetOf(run), ports, signal)
  audit(run, result)
  remember(run, result.resourceVersion, digestOf(run))
  const told = await tellWorkloads(run, changedAt)
  await lender.finish()
  const missing = missingNotes(object, lost, absences.missing)
  const notes = [...missing, ...(await cleanUpRenamed(run)), ...told.notes]
  const { title: storeTitle } = stores
  const { pendingRestart, againMs } = told
  const facts = { storeTitle, stores: digestOf(run), sourcesVersion, nowMs }
  return soonest(synced(object, { ...facts, written: result, notes, pendingRestart }), againMs)
}

function shapeFor(run: Run, values: Values): Promise<Shape> {
  const { object, ports, context } = run
  const read = sourceReader(object, ports.client, context.signal)
  return shapeBy(object, values, { ...rendererOf(run), read, delimiters: ports.delimiters })
}

/** The keys that we wrote and that go now. */
function lostKeys(run: Run, { data }: Shape): readonly string[] {
  const ours = knownTargetOf(run)?.dataKeys.get(fieldManagerOf(run.object.metadata.name)) ?? []
  return ours.filter((it) => !data.has(it))
}

function refuse(run: Run, absences: Absences, keys: number): void {
  const { object, memory, ports, nowMs } = run
  refuseVanishing({
    object,
    absences,
    keys,
    goodStores: memory?.goodStores ?? object.status?.syncedStores,
    stores: digestOf(run),
    record: ports.vanishing,
    nowMs,
  })
}

/** The items are gone, and the Secret goes with them where it is ours. */
async function removed(run: Run, absences: Absences, lender: Lender): Promise<Verdict<Fields>> {
  const { object, stores, ports, context, sourcesVersion, nowMs } = run
  const known = knownTargetOf(run)
  const isOurs = known !== undefined && mayDelete(known, uidOf(object))
  refuse(run, absences, isOurs ? Number.POSITIVE_INFINITY : 0)
  const outcome = isOurs ? await deleteTarget(known, ports.client, context.signal) : 'gone'
  if (outcome === 'forbidden') throw deletionForbidden(object)
  auditDeletion(run, outcome)
  remember(run, '', digestOf(run))
  await lender.finish({ isGone: true })
  return secretDeleted(object, stores.title, { outcome, stores: digestOf(run), sourcesVersion, nowMs })
}

async function unwritten(run: Run, lender: Lender): Promise<Verdict<Fields>> {
  const { object, stores, sourcesVersion, nowMs } = run
  remember(run, '', digestOf(run))
  await lender.finish()
  return notWritten(object, stores.title, { stores: digestOf(run), sourcesVersion, nowMs })
}

/** Where nothing at all was found, the Secret stays as it is: an empty answer never takes values away. */
function retained(run: Run): Verdict<Fields> {
  const { object, stores, memory, sourcesVersion, nowMs } = run
  const isThere = knownTargetOf(run) !== undefined
  const version = memory?.target === targetKeyOf(object) ? memory.targetVersion : ''
  // What is found tomorrow may be more: nothing found is nothing that could stay unchanged.
  remember({ ...run, versions: undefined }, version, memory?.goodStores)
  return nothingFound(object, stores.title, { isThere, sourcesVersion, nowMs })
}

/** What the stores are now, as `status.syncedStores` says it; nobody asks where missing items take nothing away. */
function digestOf({ object, stores }: Run): string | undefined {
  if (deletionPolicyOf(object) === 'Retain') return undefined
  return storesDigest(`${stores.version} ${stores.identity()}`)
}

function remember(run: Run, targetVersion: string, goodStores: string | undefined): void {
  const { object, stores, ports, context, hintedAtMs, versions, nowMs } = run
  ports.hints.settle(context.key, hintedAtMs)
  const { told } = ports.memories.get(context.key) ?? {}
  const memory: Memory = {
    uid: uidOf(object),
    refreshedAtMs: nowMs,
    target: targetKeyOf(object),
    targetVersion,
    storeVersion: stores.version,
    readAtMs: nowMs,
    ...(versions !== undefined && { versions }),
    ...(goodStores !== undefined && { goodStores }),
    ...(told !== undefined && { told }),
  }
  ports.memories.set(context.key, memory)
}

/** Who had which Secret written, and with what result (M15). */
function audit({ object, context }: Run, { outcome, resourceVersion }: Written): void {
  const secret = targetKeyOf(object)
  context.log.info(
    { audit: { action: 'write', onBehalfOf: context.key, secret, outcome, resourceVersion } },
    'audit',
  )
}

function auditDeletion({ object, context }: Run, outcome: Deletion): void {
  if (outcome !== 'deleted') return
  const secret = targetKeyOf(object)
  context.log.info({ audit: { action: 'delete', onBehalfOf: context.key, secret, outcome } }, 'audit')
}
