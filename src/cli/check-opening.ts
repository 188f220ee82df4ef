import { caOf } from '../akeyless/ca.ts'
import { parseGatewayUrl } from '../akeyless/gateway-url.ts'
import { type Akeyless, createAkeyless } from '../akeyless/provider.ts'
import type { Refusals } from '../akeyless/refusals.ts'
import { clusterSecretStoreKind, type SecretStore, secretStoreKind } from '../api/secretstore.ts'
import type { GatewayTarget } from '../check/gateway.ts'
import type { Client } from '../kube/client.ts'
import type { Kind } from '../kube/kind.ts'
import { readServedSchema } from '../kube/served-schema.ts'
import type { UrlRules } from '../net/server-url.ts'
import { IndexedStore } from '../runtime/indexed-store.ts'
import type { Log } from '../std/log.ts'
import { fake } from '../store/fake.ts'
import { createStores, type OpenedStore, type Stores } from '../store/open.ts'
import type { References } from '../store/provider.ts'
import { createResolver, type Resolver } from '../store/resolve.ts'
import type { CheckFlags } from './check-flags.ts'
import { NamedGateways } from './check-gateway.ts'
import { noReferences, readReferences } from './check-references.ts'
import type { StoreTarget } from './check-targets.ts'
import { newerFieldsOf, refuseDroppedAuth } from './crd-fields.ts'

export interface OpeningOptions {
  readonly flags: CheckFlags
  /** As the external-secrets half. */
  readonly client: Client
  readonly rules: UrlRules
  readonly log: Log
  readonly refusals: Refusals
}

/** A store as the manager opens it, and the Gateway that it is behind; `fake` has none. */
export interface OpenedTarget {
  readonly opened: OpenedStore
  readonly references: References
  readonly gateway: GatewayTarget | undefined
}

const storeKinds: readonly Kind[] = [secretStoreKind, clusterSecretStoreKind]

/** Opens stores through the rooms of the manager, with what the manager has from watches read by name instead. */
export class Opening implements AsyncDisposable {
  readonly gateways: NamedGateways
  readonly #options: OpeningOptions
  readonly #akeyless: Akeyless
  readonly #held = noReferences()
  readonly #secretStores = new IndexedStore<SecretStore>()
  readonly #clusterSecretStores = new IndexedStore<SecretStore>()
  readonly #missing = new Map<string, readonly string[]>()
  readonly #resolver: Resolver
  readonly #stores: Stores

  constructor(options: OpeningOptions) {
    const { flags, client, rules, log, refusals } = options
    const timeoutMs = flags.timeout
    const limits = { connectTimeoutMs: timeoutMs, callTimeoutMs: timeoutMs, probeTimeoutMs: timeoutMs }
    this.#options = options
    this.gateways = new NamedGateways({ rules, timeoutMs })
    this.#akeyless = createAkeyless({
      rules,
      refusals,
      ...limits,
      allowAmbientCloudIdentity: flags.allowAmbientCloudIdentity,
      clouds: { env: process.env },
    })
    this.#resolver = createResolver({ client, ...this.#held })
    this.#stores = createStores({
      controllerClass: flags.controllerClass,
      providers: [this.#akeyless, fake],
      secretStores: this.#secretStores,
      clusterSecretStores: this.#clusterSecretStores,
      namespaces: this.#held.namespaces,
      resolver: this.#resolver,
      refuse: (kind, spec) => refuseDroppedAuth(kind, spec, (it) => this.#missing.get(it.plural) ?? []),
      log,
    })
  }

  /** Reads what the CRDs of stores drop. Throws ApiError and TransportError. */
  async readSchemas(signal: AbortSignal): Promise<void> {
    for (const kind of storeKinds) {
      const schema = await readServedSchema(this.#options.client, kind, newerFieldsOf(kind), signal)
      this.#missing.set(kind.plural, schema?.missing ?? [])
    }
  }

  /** Undefined for a store that another controller serves. Throws what opening a store throws. */
  async open(target: StoreTarget, signal: AbortSignal): Promise<OpenedTarget | undefined> {
    const { kind, store, requester } = target
    const { client } = this.#options
    const namespace = kind === 'SecretStore' ? store.metadata.namespace : requester
    const held = kind === 'SecretStore' ? this.#secretStores : this.#clusterSecretStores
    held.put(store)
    const { name } = store.metadata
    if (this.#stores.isServedByAnother({ kind, name }, namespace ?? '')) return undefined
    await readReferences(store.spec, { client, into: this.#held, home: namespace, signal })
    const opened = this.#opened(target)
    if (opened === undefined) return undefined
    const references = this.#resolver(
      kind === 'SecretStore' ? { kind, namespace: namespace ?? '' } : { kind, requester: namespace },
    )
    return { opened, references, gateway: await this.#gatewayOf(store, references, signal) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateways[Symbol.asyncDispose]()
    await this.#akeyless.close()
  }

  #opened({ kind, store, requester }: StoreTarget): OpenedStore | undefined {
    const { name } = store.metadata
    if (requester === undefined) return this.#stores.openItself(kind, store)
    return this.#stores.open({ kind, name }, requester)
  }

  async #gatewayOf(
    { spec }: SecretStore,
    references: References,
    signal: AbortSignal,
  ): Promise<GatewayTarget | undefined> {
    const { akeyless } = spec.provider
    if (akeyless === undefined) return undefined
    const url = parseGatewayUrl(akeyless.akeylessGWApiURL, this.#options.rules)
    return this.gateways.of(url, await caOf(akeyless, references, signal))
  }
}
