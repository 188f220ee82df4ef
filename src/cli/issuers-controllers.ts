import type { ExternalIssuer } from '../api/externalissuer.ts'
import { certificateRequestForm } from '../issuer/certificate-request.ts'
import type { FaultDesk } from '../issuer/fault-desk.ts'
import { explainIssuer, reasons } from '../issuer/issuer-failure.ts'
import { IssuerGate } from '../issuer/issuer-gate.ts'
import { type IssuerKindName, issuerKeyOf, issuerKinds, nameOf } from '../issuer/issuer-name.ts'
import { kubernetesRequestForm } from '../issuer/kubernetes-request.ts'
import type { NamespaceWatches } from '../issuer/namespace-watches.ts'
import type { IssuerObserver } from '../issuer/observer.ts'
import type { OpenedSigners } from '../issuer/opened-signers.ts'
import { createIssuerReconcile, type IssuerFields } from '../issuer/reconcile-issuer.ts'
import type { RequestForm } from '../issuer/request-form.ts'
import { RequestRunner, type RequestRunnerOptions } from '../issuer/request-runner.ts'
import { type IssuerBell, isRequestNews, issuerWatch } from '../issuer/request-wake.ts'
import { RequestWriter } from '../issuer/request-writer.ts'
import type { Client } from '../kube/client.ts'
import { namespaceKind } from '../kube/kind.ts'
import { type KubeObject, keyOf, type ObjectRef } from '../kube/object.ts'
import { type Controller, createController, createRunController } from '../runtime/controller.ts'
import type { ControllerMetrics } from '../runtime/controller-metrics.ts'
import type { EventRecorder } from '../runtime/events.ts'
import type { Informer } from '../runtime/informer.ts'
import type { Metrics } from '../runtime/metrics.ts'
import { type Clock, sleep } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import type { ManagerFlags } from './flags.ts'
import { findIssuer, type IssuerCaches, issuerInformersOf } from './issuers-caches.ts'
import { inputWatches } from './issuers-inputs.ts'

export interface IssuerDeps {
  readonly flags: ManagerFlags
  readonly client: Client
  readonly caches: IssuerCaches
  readonly signers: OpenedSigners
  readonly desk: FaultDesk
  readonly bell: IssuerBell
  /** Follows what namespaced issuers read; absent where cluster-wide caches do. */
  readonly inputs?: NamespaceWatches | undefined
  readonly prepare: RequestRunnerOptions<KubeObject>['prepare']
  readonly events: EventRecorder
  readonly metrics: Metrics
  readonly observer: IssuerObserver
  readonly log: Log
  readonly clock: Clock
}

const issuerWorkers = 5
const requestBackoff = { initialMs: 1000, maxMs: 60_000 } as const
const issuerBackoff = { initialMs: 5000, leastMaxMs: 300_000 } as const

/** The controllers of the issuer kinds that are watched. */
export function issuerControllers(deps: IssuerDeps): readonly Controller[] {
  const { desk, caches } = deps
  const controllers = issuerInformersOf(caches).map(
    ([kind, informer]) => [kind, issuerController(kind, informer, deps)] as const,
  )
  desk.onReport((issuer) => {
    for (const [kind, controller] of controllers) if (kind === issuer.kind) controller.enqueue(keyOf(issuer))
  })
  return controllers.map(([, controller]) => controller)
}

function issuerController(
  kind: IssuerKindName,
  informer: Informer<ExternalIssuer>,
  deps: IssuerDeps,
): Controller {
  const { flags, signers, desk, metrics } = deps
  const inputs = kind === 'ExternalIssuer' ? deps.inputs : undefined
  const name = kind.toLowerCase()
  const forget = (uid: string) => {
    signers.forget(uid)
    desk.forget(uid)
  }
  forgetGone(kind, { ...deps, inputs, informer, forget })
  return createController<ExternalIssuer, IssuerFields>({
    ...deps,
    name,
    kind: issuerKinds[kind],
    informer,
    reconcile: reconcileOf(kind, { ...deps, inputs, informer, forget }),
    status: {
      fields: ['observedConfigHash', 'lastCheckTime', 'checkedBy', 'caFingerprint'],
      volatile: ['lastCheckTime'],
    },
    metrics: metrics.controller({
      name,
      maxConcurrent: issuerWorkers,
      peer: { prefix: `keyferry_${name}`, syncs: false },
    }),
    watches: [
      ...inputWatches(kind, informer, deps.caches.inputs, signers),
      ...(inputs === undefined ? [] : [inputs]),
    ],
    maxConcurrent: issuerWorkers,
    backoff: {
      initialMs: issuerBackoff.initialMs,
      maxMs: Math.max(issuerBackoff.leastMaxMs, flags.issuerCheckInterval),
    },
    explain: (error) => explainIssuer(error, flags.issuerCheckInterval),
    initial: { reason: reasons.initializing, message: 'The issuer was not checked yet' },
    failureAction: 'CheckFailed',
  })
}

interface KindDeps extends Omit<IssuerDeps, 'inputs'> {
  /** Those of its own kind; cluster issuers have none. */
  readonly inputs: NamespaceWatches | undefined
  readonly informer: Informer<ExternalIssuer>
  readonly forget: (uid: string) => void
}

/** Nothing is kept of an issuer that is gone or made anew. */
function forgetGone(kind: IssuerKindName, { inputs, informer, forget, observer, log }: KindDeps): void {
  informer.onChange(({ old, now }) => {
    if (old?.metadata.uid === undefined || old.metadata.uid === now?.metadata.uid) return
    forget(old.metadata.uid)
    if (now === undefined) observer.issuerGone(issuerKeyOf(nameOf(kind, old.metadata)))
    inputs?.leave(old.metadata).catch((error: unknown) => log.debug({ err: error }, 'Watch not ended'))
  })
}

/** A check behind the watches of what it reads, and nothing kept of an issuer that went meanwhile. */
function reconcileOf(kind: IssuerKindName, deps: KindDeps): ReturnType<typeof createIssuerReconcile> {
  const { flags, bell, inputs, informer, forget, clock } = deps
  const reconcile = createIssuerReconcile({
    ...deps,
    kind,
    checkIntervalMs: flags.issuerCheckInterval,
    onReady: (it) => bell.ring(it),
  })
  return async (issuer, context) => {
    // Asked at each check: the administrator may have granted it meanwhile.
    if (inputs !== undefined) await followed(inputs, issuer.metadata, { ...context, clock })
    const { uid = '' } = issuer.metadata
    try {
      return await reconcile(issuer, context)
    } finally {
      // It may have gone while its signer was opened.
      if (informer.store.get(keyOf(issuer.metadata))?.metadata.uid !== uid) forget(uid)
    }
  }
}

/** A check that waits for its inputs to be followed goes on without that after a while. */
const followMs = 2000

async function followed(
  inputs: NamespaceWatches,
  at: ObjectRef,
  { signal, log, clock }: { signal: AbortSignal; log: Log; clock: Clock },
): Promise<void> {
  const done = new AbortController()
  const limit = sleep(followMs, clock, AbortSignal.any([signal, done.signal])).catch(() => undefined)
  const following = inputs.follow(at).catch((error: unknown) => {
    log.debug({ err: error }, 'Cannot follow the inputs of issuers')
  })
  await Promise.race([following, limit])
  done.abort()
}

/** The controllers of the kinds of requests that are watched. */
export function requestControllers(deps: IssuerDeps): readonly Controller[] {
  const { requests, kubernetesRequests } = deps.caches
  const cert = requestController('certificaterequest', requests, certificateRequestForm, deps)
  if (kubernetesRequests === undefined) return [cert]
  const name = 'certificatesigningrequest'
  return [cert, requestController(name, kubernetesRequests, kubernetesRequestForm, deps)]
}

function requestController<T extends KubeObject>(
  name: string,
  informer: Informer<T>,
  form: RequestForm<T>,
  deps: IssuerDeps,
): Controller {
  const { flags, caches, bell, metrics } = deps
  // Half of the workers can be with one slow CA; the others serve the rest.
  const maxConcurrent = 2 * flags.concurrent
  const controllerMetrics = metrics.controller({ name, maxConcurrent })
  let controller: Controller | undefined
  const gate = new IssuerGate(flags.concurrent, (key) => controller?.enqueue(key))
  const runner = runnerOf(name, form, { ...deps, gate, metrics: controllerMetrics })
  controller = createRunController<T>({
    ...deps,
    name,
    informer,
    runner,
    metrics: controllerMetrics,
    watches: [
      ...issuerInformersOf(caches).map(([kind, issuers]) => issuerWatch(kind, issuers, informer.store)),
      bell.watch(informer.store),
    ],
    isRelevant: isRequestNews,
    maxConcurrent,
    backoff: requestBackoff,
  })
  return controller
}

interface RunnerDeps extends Omit<IssuerDeps, 'metrics'> {
  readonly gate: IssuerGate
  readonly metrics: ControllerMetrics
}

function runnerOf<T extends KubeObject>(
  name: string,
  form: RequestForm<T>,
  deps: RunnerDeps,
): RequestRunner<T> {
  const { client, caches } = deps
  return new RequestRunner<T>({
    ...deps,
    name,
    form,
    writer: new RequestWriter({ client, form }),
    findIssuer: (issuer) => findIssuer(caches, issuer),
    labelsOf: async (namespace, signal) => {
      const ref = { name: namespace }
      const { metadata } = await client.get(namespaceKind, ref, { signal, metadataOnly: true })
      return metadata.labels ?? {}
    },
  })
}
