import type { OpenedStore } from '../store/open.ts'
import type { Provider } from '../store/provider.ts'
import type { SpecStores } from './spec-stores.ts'

/** The same stores, read past every cache between us and the provider: somebody said that values are other ones now. */
export function pastCaches(stores: Pick<SpecStores, 'of'>): Pick<SpecStores, 'of'> {
  const opened = new Map<OpenedStore, OpenedStore>()
  return {
    of(source) {
      const store = stores.of(source)
      const past = opened.get(store) ?? { ...store, provider: readFresh(store.provider) }
      opened.set(store, past)
      return past
    },
  }
}

function readFresh(provider: Provider): Provider {
  return {
    ...provider,
    check: (options) => provider.check(options),
    read: (requests, options) =>
      provider.read(
        requests.map((it) => ({ ...it, fresh: true })),
        options,
      ),
    find: (request, options) => provider.find({ ...request, fresh: true }, options),
  }
}
