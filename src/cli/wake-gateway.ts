import type { SecretStore } from '../api/secretstore.ts'
import { keysOfStore } from '../externalsecret/wake.ts'
import { keyOf, type ObjectKey } from '../kube/object.ts'
import type { Controller } from '../runtime/controller.ts'
import type { Caches } from './caches.ts'
import type { StoreController } from './controllers.ts'

export interface Behind {
  readonly caches: Pick<Caches, 'externalSecrets'>
  readonly controller: Controller
  readonly ofStores: readonly StoreController[]
}

const publicService = 'https://api.akeyless.io'

/** A Gateway is back: of the stores that name it, and of those who read from them, the ones that failed are due now. */
export function wakeBehind(gateway: string, { caches, controller, ofStores }: Behind): void {
  const dependents = new Set<ObjectKey>()
  for (const { kind, informer, controller: own } of ofStores) {
    const stores = [...informer.store.list()].filter((it) => hostOf(it) === gateway)
    const keys = new Set(stores.map((it) => keyOf(it.metadata)))
    own.wakeFailing((key) => keys.has(key))
    for (const { metadata } of stores)
      for (const key of keysOfStore(caches.externalSecrets.store, { kind, metadata })) dependents.add(key)
  }
  controller.wakeFailing((key) => dependents.has(key))
}

/** Host and port, as the observer of calls names a Gateway. Raw objects may be of any shape: nothing here may throw. */
function hostOf({ spec }: SecretStore): string | undefined {
  const url: unknown = spec?.provider?.akeyless?.akeylessGWApiURL
  const text = typeof url === 'string' && url !== '' ? url : publicService
  return URL.canParse(text) ? new URL(text).host : undefined
}
