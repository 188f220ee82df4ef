import { Registry } from 'prom-client'
import { certificateRequestKind } from '../../../src/api/certificaterequest.ts'
import { certificateSigningRequestKind } from '../../../src/api/certificatesigningrequest.ts'
import { externalClusterIssuerKind, externalIssuerKind } from '../../../src/api/externalissuer.ts'
import type { ManagerFlags } from '../../../src/cli/flags.ts'
import type { InformerFactory, InformerSpec } from '../../../src/cli/informers.ts'
import { createIssuerCaches } from '../../../src/cli/issuers-caches.ts'
import { issuerControllers, requestControllers } from '../../../src/cli/issuers-controllers.ts'
import { issuerMetrics } from '../../../src/cli/issuers-metrics.ts'
import type { Publish } from '../../../src/issuer/ca-calls.ts'
import { FaultDesk } from '../../../src/issuer/fault-desk.ts'
import { OpenedSigners } from '../../../src/issuer/opened-signers.ts'
import { IssuerBell } from '../../../src/issuer/request-wake.ts'
import { configMapKind, namespaceKind, secretKind } from '../../../src/kube/kind.ts'
import type { KubeObject } from '../../../src/kube/object.ts'
import type { Controller } from '../../../src/runtime/controller.ts'
import type { Occurrence } from '../../../src/runtime/events.ts'
import type { Informer } from '../../../src/runtime/informer.ts'
import { createMetrics } from '../../../src/runtime/metrics.ts'
import { createInformer } from '../../../src/runtime/shared-informer.ts'
import type { SigningRequest } from '../../../src/signer/signer.ts'
import { createLog } from '../../../src/std/log.ts'
import { ManualClock, settle } from '../manual-clock.ts'
import { MemoryCluster, type Stored } from './memory-cluster.ts'
import { ScriptedSigner } from './scripted-signer.ts'

interface Condition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
  readonly lastTransitionTime: string
}

export const home = 'pki'

/** The controllers of the issuer half with everything round them in memory, and a clock that moves when told. */
export class IssuerWorld {
  readonly clock = new ManualClock()
  readonly cluster = new MemoryCluster()
  readonly signer = new ScriptedSigner()
  readonly events: Occurrence[] = []
  readonly logged: string[] = []
  /** How a request and what the CA gave for it are judged. */
  prepare: (request: SigningRequest) => Promise<Publish> = () =>
    Promise.resolve(() => Promise.resolve({ certificatePem: 'LEAF', caPem: 'ROOT' }))
  #controllers: readonly Controller[] = []
  #lead = new AbortController()
  #uid = 0
  #registry = new Registry()

  async start({ concurrent = 20 } = {}): Promise<void> {
    const log = createLog('debug', { write: (line: string) => this.logged.push(line) })
    const flags = {
      namespace: [],
      clusterResourceNamespace: [home],
      concurrent,
      issuerCheckInterval: 300_000,
      enableKubernetesCsr: true,
    } as unknown as ManagerFlags
    this.#lead = new AbortController()
    this.#registry = new Registry()
    const factory = this.#informers()
    const caches = createIssuerCaches(flags, factory, factory)
    const { client } = this.cluster
    const metrics = createMetrics({ process: false })
    this.#registry = metrics.registry
    const deps = {
      flags,
      client,
      caches,
      signers: new OpenedSigners({ client, types: [this.signer], homes: [home], log }),
      desk: new FaultDesk(),
      bell: new IssuerBell(),
      prepare: (request: SigningRequest) => this.prepare(request),
      events: { record: (it: Occurrence) => this.events.push(it), stop: () => Promise.resolve() },
      metrics,
      observer: issuerMetrics(metrics.registry, this.clock),
      log,
      clock: this.clock,
    }
    this.#controllers = [...issuerControllers(deps), ...requestControllers(deps)]
    for (const controller of this.#controllers) controller.start(this.#lead.signal)
    await settle()
  }

  metricsText(): Promise<string> {
    return this.#registry.metrics()
  }

  /** The process dies: nothing that it began is ended well. */
  async crash(): Promise<void> {
    this.#lead.abort(new Error('killed'))
    await Promise.all(this.#controllers.map((it) => it.stop(0)))
    this.#controllers = []
  }

  async end(): Promise<void> {
    await this.crash()
    if (this.clock.timerCount > 0) throw new Error(`${this.clock.timerCount} timers were left behind`)
  }

  issuer(name: string, spec: object = {}, namespace: string | null = 'shop'): Stored {
    const kind = namespace === null ? externalClusterIssuerKind : externalIssuerKind
    const old = this.cluster.get(kind, { name, namespace: namespace ?? undefined })
    const generation = (old?.metadata.generation ?? 0) + 1
    const uid = old?.metadata.uid ?? `uid-${++this.#uid}`
    const metadata = { name, ...(namespace === null ? {} : { namespace }), uid, generation }
    return this.cluster.put(kind, { ...old, metadata, spec: { signerType: 'mockca', ...spec } })
  }

  clusterIssuer(name: string, spec: object = {}): Stored {
    return this.issuer(name, spec, null)
  }

  secret(name: string, namespace = 'shop', data: Record<string, string> = { token: 'dA==' }): Stored {
    const metadata = { name, namespace, uid: `uid-${name}` }
    return this.cluster.put(secretKind, { metadata, data })
  }

  configMap(name: string, namespace = 'shop', data: Record<string, string> = { 'pki.yaml': 'a' }): Stored {
    return this.cluster.put(configMapKind, { metadata: { name, namespace, uid: `uid-${name}` }, data })
  }

  namespace(name: string, labels: Record<string, string>): Stored {
    return this.cluster.put(namespaceKind, { metadata: { name, labels } })
  }

  request(
    name: string,
    more: { spec?: object; conditions?: object[]; metadata?: object; status?: object } = {},
  ): Stored {
    const conditions = more.conditions ?? [approved]
    return this.cluster.put(certificateRequestKind, {
      metadata: {
        name,
        namespace: 'shop',
        uid: `uid-${++this.#uid}`,
        generation: 1,
        creationTimestamp: new Date(this.clock.now()).toISOString(),
        ...more.metadata,
      },
      spec: {
        request: Buffer.from('CSR').toString('base64'),
        issuerRef: { name: 'ca', kind: 'ExternalIssuer', group: 'external-issuer.io' },
        username: 'system:serviceaccount:cert-manager:cert-manager',
        ...more.spec,
      },
      status: { ...(conditions.length > 0 ? { conditions } : {}), ...more.status } as Stored['status'],
    } as Stored)
  }

  kubernetesRequest(
    name: string,
    signerName: string,
    conditions: object[] = [approved],
    spec: object = {},
  ): Stored {
    return this.cluster.put(certificateSigningRequestKind, {
      metadata: {
        name,
        uid: `uid-${++this.#uid}`,
        creationTimestamp: new Date(this.clock.now()).toISOString(),
      },
      spec: { request: Buffer.from('CSR').toString('base64'), signerName, usages: ['client auth'], ...spec },
      status: { conditions },
    } as Stored)
  }

  /** Changes a request as somebody else would. */
  change(name: string, change: (object: Stored) => Stored): void {
    const old = this.cluster.get(certificateRequestKind, { name, namespace: 'shop' })
    if (old === undefined) throw new Error(`there is no request ${name}`)
    this.cluster.put(certificateRequestKind, change(structuredClone(old)))
  }

  status(name: string): Record<string, unknown> & { conditions: Condition[] } {
    return statusOf(this.cluster.get(certificateRequestKind, { name, namespace: 'shop' }))
  }

  issuerStatus(name: string, namespace: string | null = 'shop'): ReturnType<IssuerWorld['status']> {
    const kind = namespace === null ? externalClusterIssuerKind : externalIssuerKind
    return statusOf(this.cluster.get(kind, { name, namespace: namespace ?? undefined }))
  }

  /** A condition of a request in short: `False Pending`; empty when there is none. */
  ready(name: string, type = 'Ready'): string {
    return short(this.status(name).conditions, type)
  }

  issuerReady(name: string, namespace: string | null = 'shop', type = 'Ready'): string {
    return short(this.issuerStatus(name, namespace).conditions, type)
  }

  message(name: string): string {
    return this.status(name).conditions.find((it) => it.type === 'Ready')?.message ?? ''
  }

  told(name: string): readonly string[] {
    return this.events.filter((it) => it.object.metadata.name === name).map((it) => `${it.type} ${it.reason}`)
  }

  writes(plural = 'certificaterequests'): number {
    return this.cluster.count(`apply ${plural} `)
  }

  #informers(): InformerFactory {
    const all: Informer<KubeObject>[] = []
    const create = <T extends KubeObject>(spec: InformerSpec<T>): Informer<T> => {
      const { title, selection, transform = (object: KubeObject) => object as T, indexers } = spec
      const informer = createInformer<T>({
        title,
        log: createLog('silent'),
        clock: this.clock,
        ...(indexers === undefined ? {} : { indexers }),
        reflectors: [
          (sink, observer) => ({
            synced: Promise.resolve(),
            state: 'live',
            ageMs: () => 0,
            wake: () => undefined,
            stop: () => Promise.resolve(),
            start: () => {
              this.cluster.follow(selection.kind, {
                replaced: (objects) => sink.replaced(objects.map(transform)),
                updated: (object) => sink.updated(transform(object)),
                removed: (object) => sink.removed(transform(object)),
              })
              observer.stateChanged('live')
            },
          }),
        ],
      })
      informer.start()
      all.push(informer)
      return informer
    }
    return { create, all, stop: () => Promise.resolve() }
  }
}

function statusOf(object: Stored | undefined): Record<string, unknown> & { conditions: Condition[] } {
  const { conditions = [], ...rest } = object?.status ?? {}
  return { ...rest, conditions: conditions as Condition[] }
}

function short(conditions: readonly Condition[], type: string): string {
  const found = conditions.find((it) => it.type === type)
  return found === undefined ? '' : `${found.status} ${found.reason}`
}

export const approved = {
  type: 'Approved',
  status: 'True',
  reason: 'cert-manager.io',
  message: 'ok',
  lastTransitionTime: '2026-01-01T00:00:00Z',
}
export const denied = { ...approved, type: 'Denied', reason: 'policy' }
