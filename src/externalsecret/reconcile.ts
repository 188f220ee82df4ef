import type { ExternalSecret } from '../api/externalsecret.ts'
import { failure } from '../api/reason.ts'
import { keyOf, type ObjectKey } from '../kube/object.ts'
import type { Context, Reconcile, Verdict } from '../runtime/reconcile.ts'
import type { ReadStore } from '../runtime/store.ts'
import type { Clock } from '../std/clock.ts'
import type { OpenedStore } from '../store/open.ts'
import type { Render } from '../template/render.ts'
import { checkSpec } from './check-spec.ts'
import { fetchValues, type Values } from './fetch.ts'
import { isStaleEcho, type Memories, type Memory, memoryOf } from './memory.ts'
import { driftOf } from './ownership.ts'
import { dueOf, isStatusBehind, lastRefreshMs } from './refresh.ts'
import { compatOf, type Renderer } from './renderer.ts'
import { createRewriter } from './rewrite.ts'
import { type RivalMark, rivalOf } from './rivals.ts'
import type { SecretFacts } from './secret-facts.ts'
import { sourceReader } from './source-reader.ts'
import { type Fields, nextOf, stillGood, synced } from './synced.ts'
import { targetNameOf, targetOf } from './target-of.ts'
import { shapeBy } from './target-template.ts'
import { type SourceCaches, sourcesVersionOf } from './template-sources.ts'
import { type WritePorts, type Written, writeTarget } from './write-target.ts'

export interface Ports extends WritePorts, SourceCaches {
  /** Opens the store a spec names; undefined when another controller serves it. Throws Failure. */
  openStore(ref: { kind: string; name: string }, namespace: string): OpenedStore | undefined
  readonly secrets: ReadStore<SecretFacts>
  readonly render: Render
  readonly memories: Memories
  readonly clock: Clock
  /** When this process began, by the wall clock. */
  readonly startedAtMs: number
}

/** What every step of one run needs. */
interface Run {
  readonly object: ExternalSecret
  readonly store: OpenedStore
  readonly memory: Memory | undefined
  readonly ports: Ports
  readonly context: Context<Fields>
  readonly sourcesVersion: string
  readonly nowMs: number
}

/** Keeps a Secret equal to what an ExternalSecret asks. */
export function createReconcile(ports: Ports): Reconcile<ExternalSecret & RivalMark, Fields> {
  return async (raw, context) => {
    if (raw.metadata.deletionTimestamp !== undefined) return ignored('it is being deleted')
    const object = checkSpec(raw)
    if (object.spec.suspend === true) return { kind: 'suspended', message: 'spec.suspend is true' }
    refuseRival(raw, ports)
    const store = ports.openStore(storeRefOf(object), namespaceOf(object))
    if (store === undefined) return ignored('its store is served by another controller')
    const memory = memoryOf(ports.memories, context.key, uidOf(object))
    const sourcesVersion = sourcesVersionOf(object, ports)
    const run = { object, store, memory, ports, context, sourcesVersion, nowMs: ports.clock.now() }
    const why = reasonToSync(run)
    return why === undefined ? nothingDue(run) : sync(run, why)
  }
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

/** Why a sync is due now: the calendar and the spec decide, or what was found on the Secret. */
function reasonToSync({ object, store, memory, ports, sourcesVersion, nowMs }: Run): string | undefined {
  const due = dueOf({ object, memory, storeVersion: store.version, sourcesVersion, nowMs })
  if (due !== undefined) return due
  const known = ports.secrets.get(targetKeyOf(object))
  return isStaleEcho(memory, known) ? undefined : driftOf(object.metadata.name, uidOf(object), known)
}

function nothingDue({ object, store, memory, sourcesVersion, nowMs }: Run): Verdict<Fields> {
  const lastMs = lastRefreshMs(object, memory) ?? nowMs
  if (isStatusBehind(object)) return stillGood(object, store.title, { lastMs, sourcesVersion, nowMs })
  return { kind: 'resting', why: 'nothing is due', next: nextOf(object, lastMs, nowMs) }
}

async function sync(run: Run, why: string): Promise<Verdict<Fields>> {
  const { object, store, ports, context, sourcesVersion, nowMs } = run
  const { key, signal, log } = context
  log.debug({ why }, 'Reading values')
  const shape = await shapeBy(object, await valuesFor(run), {
    ...rendererOf(run),
    read: sourceReader(object, ports.client, signal),
  })
  const target = targetKeyOf(object)
  const written = await writeTarget(targetOf(object, shape), ports.secrets.get(target), ports, signal)
  audit(context, target, written)
  ports.memories.set(key, {
    uid: uidOf(object),
    refreshedAtMs: nowMs,
    target,
    targetVersion: written.resourceVersion,
    storeVersion: store.version,
  })
  return synced(object, { storeTitle: store.title, written, secrets: ports.secrets, sourcesVersion, nowMs })
}

function valuesFor(run: Run): Promise<Values> {
  const { object, store, context } = run
  const { namespace, name, uid } = object.metadata
  const onBehalfOf = { kind: 'ExternalSecret', namespace, name, uid }
  const options = { signal: context.signal, onBehalfOf }
  return fetchValues(object.spec, store.provider, options, createRewriter(rendererOf(run)))
}

function rendererOf({ object, ports, context, nowMs }: Run): Renderer {
  return { render: ports.render, compat: compatOf(object), nowMs, signal: context.signal }
}

/** Who had which Secret written, and with what result (M15). */
function audit(context: Context<Fields>, secret: ObjectKey, written: Written): void {
  const { outcome, resourceVersion } = written
  context.log.info(
    { audit: { action: 'write', onBehalfOf: context.key, secret, outcome, resourceVersion } },
    'audit',
  )
}

function storeRefOf(object: ExternalSecret): { kind: string; name: string } {
  const { kind = 'SecretStore', name = '' } = object.spec.secretStoreRef ?? {}
  return { kind, name }
}

function targetKeyOf(object: ExternalSecret): ObjectKey {
  return keyOf({ namespace: namespaceOf(object), name: targetNameOf(object) })
}

function namespaceOf(object: ExternalSecret): string {
  return object.metadata.namespace ?? ''
}

function uidOf(object: ExternalSecret): string {
  return object.metadata.uid ?? ''
}
