import { type ExternalSecret, externalSecretKind } from '../../../src/api/externalsecret.ts'
import { failure } from '../../../src/api/reason.ts'
import type { Fields } from '../../../src/externalsecret/fields.ts'
import { createFightRecord } from '../../../src/externalsecret/fights.ts'
import { Hints } from '../../../src/externalsecret/hints.ts'
import type { Ports } from '../../../src/externalsecret/ports.ts'
import { createReconcile } from '../../../src/externalsecret/reconcile.ts'
import { createVanishRecord } from '../../../src/externalsecret/vanish-record.ts'
import type { Client, ReadOptions } from '../../../src/kube/client.ts'
import type { Kind } from '../../../src/kube/kind.ts'
import type { KubeObject, ObjectMeta, ObjectRef } from '../../../src/kube/object.ts'
import type { Context, Done, Verdict } from '../../../src/runtime/reconcile.ts'
import { createLog } from '../../../src/std/log.ts'
import { Redacted } from '../../../src/std/redacted.ts'
import type { OpenedStore } from '../../../src/store/open.ts'
import type { ItemOutcome, ItemRequest, Look, LookOptions } from '../../../src/store/provider.ts'
import { render } from '../../../src/template/render.ts'
import { ManualClock } from '../manual-clock.ts'
import { quietLeasePorts } from './lease-ports.ts'
import { MemorySecrets } from './memory-secrets.ts'

/** The reconciler of ExternalSecrets with everything around it in memory, and one object: `shop/db`. */
export class ReconcileBench {
  readonly clock = new ManualClock()
  readonly secrets = new MemorySecrets()
  /** What the provider holds. */
  readonly items = new Map([['/db/password', 'canary-1']])
  /** Items that only a fresh read finds. */
  readonly stale = new Set<string>()
  /** Items that nobody may read. */
  readonly denied = new Set<string>()
  /** What the provider says that the values are at; undefined for one that cannot tell. */
  versions: string | undefined
  /** With which patience it was asked for that. */
  readonly maxAgesMs: number[] = []
  /** How often the provider was asked for values, and how often past its caches. */
  reads = 0
  freshReads = 0
  /** How often the API server was asked for the ExternalSecret itself. */
  looks = 0
  /** The ExternalSecret as the API server has it, where the watch does not show that one; null when it is gone. */
  live: ObjectMeta | null | undefined
  #shown: ObjectMeta | undefined
  storeVersion = 's/1'
  identity = 'app'
  object: ExternalSecret = {
    metadata: { namespace: 'shop', name: 'db', uid: 'u1', generation: 1 },
    spec: {
      secretStoreRef: { name: 'main' },
      data: [{ secretKey: 'password', remoteRef: { key: '/db/password' } }],
    },
  }
  readonly ports: Ports = {
    client: this.#client(),
    fights: createFightRecord(this.clock),
    openStore: () => this.#store(),
    isServedByAnother: () => false,
    secrets: this.secrets.facts,
    configMaps: this.secrets.configMaps,
    render,
    memories: new Map(),
    vanishing: createVanishRecord(),
    hints: new Hints(),
    clock: this.clock,
    features: { rolloutRestart: true },
    startedAtMs: this.clock.now(),
    ...quietLeasePorts(),
  }

  reconcile(object: object = this.object, ports: Ports = this.ports): Promise<Verdict<Fields>> {
    this.#shown = (object as ExternalSecret).metadata
    return createReconcile(ports)(object as ExternalSecret, this.#context())
  }

  #context(): Context<Fields> {
    return {
      key: 'shop/db',
      signal: new AbortController().signal,
      log: createLog('silent'),
      failures: 0,
      checkpoint: (fields) => {
        const { observedGeneration, conditions } = this.object.status ?? {}
        const own = { ...(observedGeneration !== undefined && { observedGeneration }) }
        const status = { ...own, ...(conditions !== undefined && { conditions }), ...fields }
        this.object = { ...this.object, status: status as ExternalSecret['status'] & object }
        return Promise.resolve()
      },
    }
  }

  /** Reconciles, lets the watch catch up, and writes the status as the shell would. */
  async sync(): Promise<Done<Fields>> {
    const verdict = await this.reconcile()
    if (verdict.kind !== 'done') throw new Error(`the verdict is ${verdict.kind}`)
    this.secrets.echo()
    const { status: _, ...rest } = this.object
    this.object = rest
    this.tell('True', verdict.fields, verdict.reason)
    return verdict
  }

  /** The status as the shell writes it. */
  tell(ready: 'True' | 'False', fields: object = {}, reason = 'Synced'): void {
    const { generation = 0 } = this.object.metadata
    const own = {
      observedGeneration: generation,
      conditions: [{ type: 'Ready', status: ready, reason, observedGeneration: generation }],
    }
    this.object = { ...this.object, status: { ...this.object.status, ...fields, ...own } }
  }

  /** The status of a failure, as the shell writes it. */
  fail(reason: string): void {
    this.tell('False', {}, reason)
  }

  /** A person annotates the object. */
  annotate(name: string, value: string): void {
    const { metadata } = this.object
    this.object = {
      ...this.object,
      metadata: { ...metadata, annotations: { ...metadata.annotations, [name]: value } },
    }
  }

  /** A person changes the spec. */
  change(spec: object): void {
    const { metadata, spec: before } = this.object
    const generation = (metadata.generation ?? 0) + 1
    this.object = { ...this.object, metadata: { ...metadata, generation }, spec: { ...before, ...spec } }
  }

  /** The data of a Secret, decoded. */
  dataOf(key: string): [string, string][] {
    const { data = {} } = this.secrets.get(key) ?? {}
    return Object.entries(data).map(([name, value]) => [name, Buffer.from(value, 'base64').toString()])
  }

  #client(): Client {
    const { client } = this.secrets
    return {
      ...client,
      find: <T extends KubeObject>(kind: Kind, ref: ObjectRef, options: ReadOptions) =>
        kind === externalSecretKind ? this.#look<T>() : client.find<T>(kind, ref, options),
    }
  }

  #look<T>(): Promise<T | undefined> {
    this.looks++
    const { live = this.#shown } = this
    return Promise.resolve(live === null ? undefined : ({ metadata: live } as T))
  }

  #store(): OpenedStore {
    const read = (requests: readonly ItemRequest[]) => {
      this.reads++
      if (requests.every((it) => it.fresh === true)) this.freshReads++
      return Promise.resolve(requests.map((it) => this.#outcomeOf(it)))
    }
    const versions = (looks: readonly Look[], { maxAgeMs }: LookOptions) => {
      this.maxAgesMs.push(maxAgeMs)
      return Promise.resolve(looks.map(() => this.versions))
    }
    const provider = { check: () => Promise.resolve(), read, find: () => Promise.resolve([]), versions }
    return {
      title: 'SecretStore shop/main',
      version: this.storeVersion,
      provider,
      identity: () => this.identity,
    }
  }

  #outcomeOf({ key, fresh }: ItemRequest): ItemOutcome {
    if (this.denied.has(key))
      return { ok: false, failure: failure('AccessDenied', `Cannot read item "${key}"`) }
    const text = this.stale.has(key) && fresh !== true ? undefined : this.items.get(key)
    if (text !== undefined) return { ok: true, value: { text: new Redacted(text) } }
    return { ok: false, failure: failure('NotFound', `Cannot read item "${key}": it does not exist`) }
  }
}
