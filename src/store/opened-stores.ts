import { Recent } from '../std/recent.ts'
import type { Provider } from './provider.ts'

interface Key {
  readonly uid: string
  readonly generation: number
  /** The ExternalSecret's namespace, for a ClusterSecretStore. */
  readonly requester: string | undefined
}

interface Generation {
  readonly generation: number
  readonly providers: Recent<string, Provider>
}

/** Opened providers by store, and for a ClusterSecretStore by the namespace that uses it. */
export class OpenedStores {
  readonly #stores = new Map<string, Generation>()

  /** The provider opened for this generation of a store, or a new one; older generations are forgotten. */
  get({ uid, generation, requester }: Key, open: () => Provider): Provider {
    const { providers } = this.#of(uid, generation)
    const key = requester ?? ''
    const known = providers.get(key)
    if (known !== undefined) return known
    const provider = open()
    providers.set(key, provider)
    return provider
  }

  forget(uid: string): void {
    this.#stores.delete(uid)
  }

  #of(uid: string, generation: number): Generation {
    const known = this.#stores.get(uid)
    if (known?.generation === generation) return known
    const made = { generation, providers: new Recent<string, Provider>(1000) }
    this.#stores.set(uid, made)
    return made
  }
}
