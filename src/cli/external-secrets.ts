import { type Akeyless, createAkeyless } from '../akeyless/provider.ts'
import { externalSecretKind } from '../api/externalsecret.ts'
import { clusterSecretStoreKind, secretStoreKind } from '../api/secretstore.ts'
import { Hints } from '../externalsecret/hints.ts'
import type { Log } from '../std/log.ts'
import { fake } from '../store/fake.ts'
import { createStores, type Stores } from '../store/open.ts'
import { createResolver } from '../store/resolve.ts'
import type { HalfAccess } from './api-server.ts'
import { type Caches, createCaches } from './caches.ts'
import { type ControllerDeps, externalSecretController, storeControllers } from './controllers.ts'
import { refuseDroppedAuth } from './crd-fields.ts'
import type { ManagerFlags } from './flags.ts'
import { forgetReplaced } from './forget-replaced.ts'
import type { Half, HalfOptions } from './half.ts'
import { halfEvents } from './half-events.ts'
import { createInformers } from './informers.ts'
import type { Readers } from './notices.ts'
import { providerMetrics } from './provider-metrics.ts'
import { createServedStatus, type ServedStatus } from './served-status.ts'
import { urlRules } from './url-rules.ts'
import { wakeBehind } from './wake-gateway.ts'
import { storeInformersOf } from './wake-ups.ts'

/** This half, and how word from outside reaches whoever reads an item. */
export interface ExternalSecretsHalf extends Half {
  readonly readers: Readers
}

/** Joins the rooms of the external-secrets half. */
export function composeExternalSecrets(options: HalfOptions): ExternalSecretsHalf {
  const { flags, api, log, clock, guard, signal } = options
  const access = api.half(flags.externalSecretsServiceAccount, guard, signal)
  const informers = createInformers({ ...options, transport: access.transport, namespaces: flags.namespace })
  const caches = createCaches(informers, flags.namespace.length === 0)
  const required = [...informers.all]
  const kinds = [
    externalSecretKind,
    secretStoreKind,
    ...(caches.clusterSecretStores ? [clusterSecretStoreKind] : []),
  ]
  const served = createServedStatus(kinds, { client: access.readClient, informers, clock, log })
  const wakers: ((gateway: string) => void)[] = []
  const akeyless = akeylessOf(options, (gateway) => {
    for (const wake of wakers) wake(gateway)
  })
  const stores = joinStores({ flags, access, caches, akeyless, served, log })
  const events = halfEvents(access, options, () => controllers.some((it) => it.isBehind()))
  const hints = new Hints()
  const deps: ControllerDeps = { ...options, client: access.client, caches, stores, events, served, hints }
  const controller = externalSecretController(deps)
  const ofStores = storeControllers(deps)
  const controllers = [controller, ...ofStores.map((it) => it.controller)]
  wakers.push((gateway) => wakeBehind(gateway, { caches, controller, ofStores }))
  return {
    informers: informers.all,
    optional: informers.all.filter((it) => !required.includes(it)),
    services: [served],
    controllers,
    readers: { externalSecrets: caches.externalSecrets, controller, hints },
    recorders: [events],
    close: async () => {
      await informers.stop()
      await akeyless.close()
    },
  }
}

/** The provider kind `akeyless`; `onReturn` hears of a Gateway that answers again. */
function akeylessOf(
  { flags, api, metrics, clock, guard, refusals, clouds }: HalfOptions,
  onReturn: (gateway: string) => void,
): Akeyless {
  return createAkeyless({
    rules: urlRules(flags, api, flags.allowedGatewayHosts),
    clock,
    refusals,
    mayGo: () => guard.check(),
    observer: { ...providerMetrics(metrics.registry), onReturn },
    allowAmbientCloudIdentity: flags.allowAmbientCloudIdentity,
    clouds: { env: process.env, ...clouds },
  })
}

interface StoreDeps {
  readonly flags: ManagerFlags
  readonly access: HalfAccess
  readonly caches: Caches
  readonly akeyless: Akeyless
  readonly served: ServedStatus
  readonly log: Log
}

function joinStores({ flags, access, caches, akeyless, served, log }: StoreDeps): Stores {
  const resolver = createResolver({
    client: access.client,
    secrets: caches.secrets.store,
    configMaps: caches.configMaps.store,
    serviceAccounts: caches.serviceAccounts.store,
  })
  const stores = createStores({
    controllerClass: flags.controllerClass,
    providers: [akeyless, fake],
    secretStores: caches.secretStores.store,
    clusterSecretStores: caches.clusterSecretStores?.store,
    namespaces: caches.namespaces?.store,
    resolver,
    refuse: (kind, spec) => refuseDroppedAuth(kind, spec, (it) => served.missing(it)),
    log,
  })
  const ofStores = storeInformersOf(caches).map(([, informer]) => informer)
  forgetReplaced(ofStores, (uid) => stores.forget(uid))
  return stores
}
