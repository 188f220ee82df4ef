import { FaultDesk } from '../issuer/fault-desk.ts'
import { NamespaceWatches } from '../issuer/namespace-watches.ts'
import { OpenedSigners } from '../issuer/opened-signers.ts'
import type { RequestRunnerOptions } from '../issuer/request-runner.ts'
import { IssuerBell } from '../issuer/request-wake.ts'
import type { Client } from '../kube/client.ts'
import type { KubeObject } from '../kube/object.ts'
import type { Service } from '../runtime/manager.ts'
import { publish } from '../signer/publish.ts'
import type { SignerType } from '../signer/signer.ts'
import { csrOf } from '../signer/x509/load.ts'
import type { Clock } from '../std/clock.ts'
import { forgetReplaced } from './forget-replaced.ts'
import type { Half, HalfOptions } from './half.ts'
import { halfEvents } from './half-events.ts'
import { createInformers, type InformerDeps } from './informers.ts'
import { createIssuerCaches, type IssuerCaches, issuerInformersOf } from './issuers-caches.ts'
import { issuerControllers, requestControllers } from './issuers-controllers.ts'
import { mayList, openInputs, readersOf } from './issuers-inputs.ts'
import { issuerMetrics } from './issuers-metrics.ts'
import { createSigners } from './issuers-signers.ts'

export interface IssuerHalfOptions extends HalfOptions {
  /** In place of the signers that there are; for tests. */
  readonly signerTypes?: readonly SignerType[]
  /** In place of the judge of what CAs answer; for tests of everything else. */
  readonly prepare?: Prepare
}

type Prepare = RequestRunnerOptions<KubeObject>['prepare']

/** Joins the rooms of the issuer half. */
export function composeIssuers(options: IssuerHalfOptions): Half {
  const { flags, api, metrics, log, clock, guard, signal, refusals } = options
  const access = api.half(flags.issuerServiceAccount, guard, signal)
  const shared = { ...options, transport: access.transport }
  const informers = createInformers({ ...shared, namespaces: flags.namespace })
  const homes =
    flags.clusterResourceNamespace.length === 0
      ? undefined
      : createInformers({ ...shared, namespaces: flags.clusterResourceNamespace })
  const caches = createIssuerCaches(flags, informers, homes)
  const kinds = createSigners({ flags, api, clock, refusals, guard })
  const signers = new OpenedSigners({
    client: access.client,
    types: options.signerTypes ?? kinds.types,
    homes: flags.clusterResourceNamespace,
    log,
  })
  const ofIssuers = issuerInformersOf(caches).map(([, informer]) => informer)
  forgetReplaced(ofIssuers, (uid) => kinds.mock.forget(uid))
  const inputs = namespaceInputs({ ...shared, caches, signers, client: access.client })
  const events = halfEvents(access, options, () => controllers.some((it) => it.isBehind()))
  const deps = {
    ...options,
    client: access.client,
    caches,
    signers,
    desk: new FaultDesk(),
    bell: new IssuerBell(),
    inputs,
    prepare: options.prepare ?? judging(clock),
    events,
    observer: issuerMetrics(metrics.registry, clock),
  }
  const controllers = [...issuerControllers(deps), ...requestControllers(deps)]
  const all = [...informers.all, ...(homes?.all ?? [])]
  return {
    informers: all,
    // cert-manager may come later or never; what is not ours to list keeps no replica unready.
    optional: all.filter((it) => !ofIssuers.some((one) => one === it)),
    services: [signersService(signers)],
    controllers,
    recorders: [events],
    close: async () => {
      await Promise.all([informers.stop(), homes?.stop(), inputs.stop()])
      await kinds.close()
    },
  }
}

interface InputDeps extends Omit<InformerDeps, 'namespaces'> {
  readonly caches: IssuerCaches
  readonly signers: OpenedSigners
  readonly client: Client
  readonly signal: AbortSignal
}

/** Follows what namespaced issuers read, where the right to watch it was granted. */
function namespaceInputs({ caches, signers, client, signal, ...deps }: InputDeps): NamespaceWatches {
  return new NamespaceWatches({
    issuers: caches.issuers,
    mayWatch: (kind, namespace) => mayList(client, kind, namespace, signal),
    readersOf: (kind, at) => readersOf(signers, 'ExternalIssuer', kind, at),
    open: (kind, namespace) => openInputs(kind, { ...deps, namespaces: [namespace] }),
  })
}

/** Ends what signers still do while this process leads: a login may yet give a token that must be saved. */
function signersService(signers: OpenedSigners): Service {
  return { name: 'signers', start: () => Promise.resolve(), stop: () => signers.close() }
}

/** Reads a CSR before the CA is asked, and judges the answer by it. */
function judging(clock: Clock): Prepare {
  return async (request) => {
    const csr = await csrOf(request.csrPem)
    return (certificates, leniency) => publish(request, certificates, { nowMs: clock.now(), csr, leniency })
  }
}
