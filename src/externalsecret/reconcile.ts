import type { ExternalSecret } from '../api/externalsecret.ts'
import { failure } from '../api/reason.ts'
import { keyOf, type ObjectKey } from '../kube/object.ts'
import {
  again,
  type Context,
  type Done,
  type Next,
  type Reconcile,
  settled,
  type Verdict,
} from '../runtime/reconcile.ts'
import type { ReadStore } from '../runtime/store.ts'
import type { Clock } from '../std/clock.ts'
import type { Provider } from '../store/provider.ts'
import { checkSpec } from './check-spec.ts'
import { fetchValues } from './fetch.ts'
import { isStaleEcho, type Memories } from './memory.ts'
import { driftOf } from './ownership.ts'
import { dueOf, forceSyncOf, lastRefreshMs, nextRefreshMs, syncedVersionOf } from './refresh.ts'
import { type RivalMark, rivalOf } from './rivals.ts'
import type { SecretFacts } from './secret-facts.ts'
import { targetNameOf, targetOf } from './target-of.ts'
import { type WritePorts, type Written, writeTarget } from './write-target.ts'

/** The status fields of an ExternalSecret that its reconciler decides. */
export interface Fields {
  readonly refreshTime?: string
  readonly syncedResourceVersion?: string
  readonly lastHandledForceSync?: string
  readonly binding?: { readonly name: string }
}

/** A store, opened for the ExternalSecrets of one namespace. */
export interface OpenedStore {
  /** For messages: `SecretStore shop/akeyless`. */
  readonly title: string
  /** Changes when the values may come from elsewhere: the store's UID and generation. */
  readonly version: string
  readonly provider: Provider
}

export interface Ports extends WritePorts {
  /** Opens the store a spec names; undefined when another controller serves it. Throws Failure. */
  openStore(ref: { kind: string; name: string }, namespace: string): OpenedStore | undefined
  readonly secrets: ReadStore<SecretFacts>
  readonly memories: Memories
  readonly clock: Clock
  /** When this process began, by the wall clock. */
  readonly startedAtMs: number
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
    const why = reasonToSync(object, store, ports, context)
    return why === undefined
      ? nothingDue(object, ports, context.key)
      : sync(object, store, why, ports, context)
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
function reasonToSync(
  object: ExternalSecret,
  store: OpenedStore,
  ports: Ports,
  context: Context<Fields>,
): string | undefined {
  const memory = ports.memories.get(context.key)
  const facts = { object, memory, storeVersion: store.version, nowMs: ports.clock.now() }
  const due = dueOf(facts)
  if (due !== undefined) return due
  const known = ports.secrets.get(keyOf(targetRefOf(object)))
  if (isStaleEcho(memory, known)) return undefined
  return driftOf(object.metadata.name, object.metadata.uid ?? '', known)
}

function nothingDue(object: ExternalSecret, ports: Ports, key: ObjectKey): Verdict<Fields> {
  const lastMs = lastRefreshMs(object, ports.memories.get(key)) ?? ports.clock.now()
  return { kind: 'resting', why: 'nothing is due', next: nextOf(object, lastMs, ports.clock.now()) }
}

async function sync(
  object: ExternalSecret,
  store: OpenedStore,
  why: string,
  ports: Ports,
  context: Context<Fields>,
): Promise<Verdict<Fields>> {
  context.log.debug({ why }, 'Reading values')
  const nowMs = ports.clock.now()
  const onBehalfOf = { kind: 'ExternalSecret', ...object.metadata }
  if (object.status?.observedGeneration !== object.metadata.generation)
    ports.fights.forget(targetRefOf(object))
  const values = await fetchValues(object.spec, store.provider, { signal: context.signal, onBehalfOf })
  const target = targetOf(object, values)
  const written = await writeTarget(target, ports.secrets.get(keyOf(target)), ports, context.signal)
  audit(context, keyOf(target), written)
  ports.memories.set(context.key, {
    refreshedAtMs: nowMs,
    targetVersion: written.resourceVersion,
    storeVersion: store.version,
  })
  return synced(object, store, written, nowMs)
}

/** Who had which Secret written, and with what result (M15). */
function audit(context: Context<Fields>, secret: ObjectKey, written: Written): void {
  const { outcome, resourceVersion } = written
  context.log.info(
    { audit: { action: 'write', onBehalfOf: context.key, secret, outcome, resourceVersion } },
    'audit',
  )
}

function synced(object: ExternalSecret, store: OpenedStore, written: Written, nowMs: number): Done<Fields> {
  const name = targetNameOf(object)
  const forceSync = forceSyncOf(object.metadata)
  const action = written.outcome === 'created' ? 'Created' : 'Updated'
  return {
    kind: 'done',
    reason: 'Synced',
    message: `Secret "${name}" is in sync with ${store.title}`,
    action,
    fields: {
      refreshTime: rfc3339(nowMs),
      syncedResourceVersion: syncedVersionOf(object.metadata),
      binding: { name },
      ...(forceSync === undefined ? {} : { lastHandledForceSync: forceSync }),
    },
    next: nextOf(object, nowMs, nowMs),
    unchanged: written.outcome === 'unchanged',
    notes: isRewrite(object, written) ? [rewritten(name, action)] : [],
  }
}

/** The first sync is told by the transition of the condition; later writes have no transition. */
function isRewrite(object: ExternalSecret, written: Written): boolean {
  const wasReady = object.status?.conditions?.some((it) => it.type === 'Ready' && it.status === 'True')
  return wasReady === true && written.outcome !== 'unchanged'
}

function rewritten(name: string, action: string) {
  return { type: 'Normal', reason: 'Synced', action, message: `Secret "${name}" was written anew` } as const
}

function nextOf(object: ExternalSecret, lastMs: number, nowMs: number): Next {
  const afterMs = nextRefreshMs(object, lastMs, nowMs)
  return afterMs === undefined ? settled : again(afterMs)
}

/** metav1.Time has whole seconds. */
function rfc3339(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`
}

function storeRefOf(object: ExternalSecret): { kind: string; name: string } {
  const { kind = 'SecretStore', name = '' } = object.spec.secretStoreRef ?? {}
  return { kind, name }
}

function targetRefOf(object: ExternalSecret) {
  return { namespace: namespaceOf(object), name: targetNameOf(object) }
}

function namespaceOf(object: ExternalSecret): string {
  return object.metadata.namespace ?? ''
}
