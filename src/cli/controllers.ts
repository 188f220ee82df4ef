import { type ExternalSecret, externalSecretKind } from '../api/externalsecret.ts'
import { clusterSecretStoreKind, type SecretStore, secretStoreKind } from '../api/secretstore.ts'
import type { Fields } from '../externalsecret/fields.ts'
import { createFightRecord } from '../externalsecret/fights.ts'
import type { Hints } from '../externalsecret/hints.ts'
import type { LeasePorts } from '../externalsecret/lease-ports.ts'
import type { Memories } from '../externalsecret/memory.ts'
import type { Ports } from '../externalsecret/ports.ts'
import { createReconcile } from '../externalsecret/reconcile.ts'
import { intervalMs } from '../externalsecret/refresh.ts'
import type { RivalMark } from '../externalsecret/rivals.ts'
import { createVanishRecord } from '../externalsecret/vanish-record.ts'
import type { Client } from '../kube/client.ts'
import type { Kind } from '../kube/kind.ts'
import { type Controller, createController } from '../runtime/controller.ts'
import type { EventRecorder } from '../runtime/events.ts'
import type { Informer } from '../runtime/informer.ts'
import type { Staleness } from '../runtime/last-success.ts'
import type { Metrics } from '../runtime/metrics.ts'
import { priorities } from '../runtime/queue.ts'
import type { Clock } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import type { StoreKind, Stores } from '../store/open.ts'
import { createStoreReconcile, type StoreFields } from '../store/reconcile.ts'
import type { Render } from '../template/render-options.ts'
import { type Caches, statusManager } from './caches.ts'
import type { ManagerFlags } from './flags.ts'
import { leasePorts } from './lease-ports.ts'
import type { ServedStatus } from './served-status.ts'
import { delimitersOf } from './template-flags.ts'
import { externalSecretWatches, storeInformersOf, storeWatches } from './wake-ups.ts'

export interface ControllerDeps {
  readonly flags: ManagerFlags
  readonly client: Client
  readonly caches: Caches
  readonly stores: Stores
  readonly events: EventRecorder
  readonly served: ServedStatus
  readonly hints: Hints
  readonly metrics: Metrics
  readonly log: Log
  readonly clock: Clock
}

const storeWorkers = 5
const leastStaleMs = 600_000

/** The engine is loaded with the first template: most managers never see one. */
const render: Render = async (...args) => (await import('../template/render.ts')).render(...args)

/** The controller of ExternalSecrets. */
export function externalSecretController(deps: ControllerDeps): Controller {
  const { hints, flags, caches, metrics, clock } = deps
  const memories: Memories = new Map()
  const fights = createFightRecord(clock)
  const name = 'externalsecret'
  const leases = leasePorts(deps, name, (key, afterMs) =>
    controller.enqueue(key, { afterMs, priority: priorities.refresh }),
  )
  const controller = createController<ExternalSecret & RivalMark, Fields>({
    ...deps,
    name,
    kind: externalSecretKind,
    informer: caches.externalSecrets,
    reconcile: createReconcile({ ...leases, ...sharedPorts(deps), fights, memories }),
    fieldManager: statusManager,
    status: statusOf(deps),
    metrics: metrics.controller({
      name,
      maxConcurrent: flags.concurrent,
      peer: { prefix: name, syncs: true },
    }),
    watches: externalSecretWatches(caches, memories),
    maxConcurrent: flags.concurrent,
    groupOf: (key) => tenantOf(caches.externalSecrets.store.get(key)),
    failureAction: 'UpdateFailed',
    onGone: (key) => {
      memories.delete(key)
      hints.forget(key)
      fights.forget(key)
      leases.leaseMemory.forget(key)
      leases.leaseObserver.holds(key, [])
    },
  })
  return controller
}

/** What the reconciler takes as it is; what it remembers must also hear of objects that go. */
function sharedPorts(deps: ControllerDeps): Omit<Ports, keyof LeasePorts | 'fights' | 'memories'> {
  const { flags, client, caches, stores, hints, clock } = deps
  return {
    client,
    openStore: (ref, namespace) => stores.open(ref, namespace),
    isServedByAnother: (ref, namespace) => stores.isServedByAnother(ref, namespace),
    secrets: caches.secrets.store,
    configMaps: caches.configMaps.store,
    render,
    delimiters: delimitersOf(flags),
    vanishing: createVanishRecord(),
    hints,
    features: { rolloutRestart: flags.enableRolloutRestart },
    clock,
    startedAtMs: clock.now(),
  }
}

/** Our fields of the status; one that differs in `refreshTime` alone is not worth a write each time. */
function statusOf({ served, flags }: ControllerDeps) {
  return {
    fields: [
      'refreshTime',
      'syncedResourceVersion',
      'lastHandledForceSync',
      'binding',
      'syncedStores',
      'pendingRestart',
      'leases',
    ],
    volatile: ['refreshTime'],
    declared: () => served.declared(externalSecretKind),
    staleness: stalenessOf(flags),
  } as const
}

/** Those of one namespace behind one store: another tenant, or another store, does not wait for them. */
function tenantOf(object: ExternalSecret | undefined): string {
  const { kind = 'SecretStore', name = '' } = object?.spec.secretStoreRef ?? {}
  return `${object?.metadata.namespace} ${kind} ${name}`
}

/** For how long failures leave the last good Secret Ready. */
function stalenessOf(flags: ManagerFlags): Staleness<ExternalSecret> {
  return {
    afterMs: (object) => flags.staleAfter ?? Math.max(2 * intervalMs(object.spec), leastStaleMs),
    lastSuccessMs: (object) => {
      const at = Date.parse(object.status?.refreshTime ?? '')
      return Number.isNaN(at) ? undefined : at
    },
  }
}

/** The controllers of the store kinds that are watched. */
export function storeControllers(deps: ControllerDeps): readonly StoreController[] {
  return storeInformersOf(deps.caches).map(([kind, informer]) => ({
    kind,
    informer,
    controller: storeController(kind, informer, deps),
  }))
}

/** A controller of stores, and the stores. */
export interface StoreController {
  readonly kind: StoreKind
  readonly informer: Informer<SecretStore>
  readonly controller: Controller
}

const storeKinds: Readonly<Record<StoreKind, Kind>> = {
  SecretStore: secretStoreKind,
  ClusterSecretStore: clusterSecretStoreKind,
}

function storeController(kind: StoreKind, informer: Informer<SecretStore>, deps: ControllerDeps): Controller {
  const { flags, stores, caches, served, metrics } = deps
  const name = kind.toLowerCase()
  return createController<SecretStore, StoreFields>({
    ...deps,
    name,
    kind: storeKinds[kind],
    informer,
    reconcile: createStoreReconcile({ kind, stores, requeueIntervalMs: flags.storeRequeueInterval }),
    status: { fields: ['capabilities'], declared: () => served.declared(storeKinds[kind]) },
    metrics: metrics.controller({
      name,
      maxConcurrent: storeWorkers,
      peer: { prefix: name, syncs: false },
    }),
    watches: storeWatches(caches, informer),
    maxConcurrent: storeWorkers,
    groupOf: (key) => informer.store.get(key)?.spec.provider.akeyless?.akeylessGWApiURL ?? '',
    failureAction: 'InvalidProviderConfig',
  })
}
