import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import type { ExternalSecret } from '../api/externalsecret.ts'
import { IndexedStore } from '../runtime/indexed-store.ts'
import type { Memories } from './memory.ts'
import {
  externalSecretIndexers,
  isStoreNews,
  keysOfClusterStores,
  keysOfStore,
  keysOfTarget,
  keysOfTemplates,
} from './wake.ts'

let objects: IndexedStore<ExternalSecret>

beforeEach(() => {
  objects = new IndexedStore(externalSecretIndexers)
})

function put(namespace: string, name: string, spec: unknown): void {
  objects.put({ metadata: { namespace, name }, spec } as ExternalSecret)
}

/** Without a version the Secret is gone. */
function changeOf(name: string, resourceVersion?: string) {
  const now = resourceVersion === undefined ? undefined : { metadata: { name, resourceVersion } }
  return { key: `shop/${name}`, old: undefined, now, initial: false }
}

describe('an ExternalSecret is found', () => {
  test('by its target, named or not', () => {
    put('shop', 'db', {})
    put('shop', 'web', { target: { name: 'db' } })
    put('bank', 'db', {})

    expect(keysOfTarget(objects, new Map(), changeOf('db'))).toEqual(['shop/db', 'shop/web'])
    expect(keysOfTarget(objects, new Map(), changeOf('web'))).toEqual([])
  })

  test('by its target, unless it is shown what it wrote last', () => {
    put('shop', 'db', {})
    put('shop', 'web', { target: { name: 'db' } })
    const memory = { uid: 'u', refreshedAtMs: 0, target: 'shop/db', targetVersion: '10', storeVersion: '' }
    const memories: Memories = new Map([['shop/db', memory]])

    expect(keysOfTarget(objects, memories, changeOf('db', '10'))).toEqual(['shop/web'])
    expect(keysOfTarget(objects, memories, changeOf('db', '9'))).toEqual(['shop/db', 'shop/web'])
    expect(keysOfTarget(objects, memories, changeOf('db', '11'))).toEqual(['shop/db', 'shop/web'])
    expect(keysOfTarget(objects, memories, changeOf('db'))).toEqual(['shop/db', 'shop/web'])
  })

  test('by the ConfigMaps and Secrets that hold its templates, of its own namespace', () => {
    const templateFrom = [{ configMap: { name: 'a', items: [] } }, { secret: { name: 'b', items: [] } }]
    put('shop', 'db', { target: { template: { templateFrom } } })
    put('bank', 'db', { target: { template: { templateFrom } } })

    expect(keysOfTemplates(objects, 'ConfigMap', 'shop/a')).toEqual(['shop/db'])
    expect(keysOfTemplates(objects, 'Secret', 'bank/b')).toEqual(['bank/db'])
    expect(keysOfTemplates(objects, 'Secret', 'shop/a')).toEqual([])
  })

  test('by a SecretStore of its own namespace', () => {
    put('shop', 'db', { secretStoreRef: { name: 'main' } })
    put('bank', 'db', { secretStoreRef: { name: 'main', kind: 'SecretStore' } })
    const store = { kind: 'SecretStore', metadata: { namespace: 'shop', name: 'main' } }

    expect(keysOfStore(objects, store)).toEqual(['shop/db'])
  })

  test('by every store that an entry of it names, once', () => {
    const sourceRef = { storeRef: { name: 'other', kind: 'ClusterSecretStore' } }
    const data = [{ sourceRef }, { sourceRef }, { sourceRef: { storeRef: { name: 'third' } } }]
    put('shop', 'db', { secretStoreRef: { name: 'main' }, data, dataFrom: [{ sourceRef }] })

    const stores = [
      { kind: 'SecretStore', metadata: { namespace: 'shop', name: 'main' } },
      { kind: 'ClusterSecretStore', metadata: { name: 'other' } },
      { kind: 'SecretStore', metadata: { namespace: 'shop', name: 'third' } },
    ]
    expect(stores.map((it) => keysOfStore(objects, it))).toEqual([['shop/db'], ['shop/db'], ['shop/db']])
    expect(
      keysOfStore(objects, { kind: 'SecretStore', metadata: { namespace: 'shop', name: 'other' } }),
    ).toEqual([])
    expect(keysOfClusterStores(objects, 'shop')).toEqual(['shop/db'])
  })

  test('by a ClusterSecretStore, in all namespaces or in one', () => {
    put('shop', 'db', { secretStoreRef: { name: 'main', kind: 'ClusterSecretStore' } })
    put('bank', 'db', { secretStoreRef: { name: 'main', kind: 'ClusterSecretStore' } })
    put('park', 'db', { secretStoreRef: { name: 'main' } })
    const store = { kind: 'ClusterSecretStore', metadata: { name: 'main' } }

    expect(keysOfStore(objects, store)).toEqual(['shop/db', 'bank/db'])
    expect(keysOfStore(objects, store, 'bank')).toEqual(['bank/db'])
  })

  test('whatever shape it has: nothing throws', () => {
    fc.assert(
      fc.property(fc.option(fc.jsonValue(), { nil: undefined }), (spec) => {
        expect(() => put('shop', 'odd', spec)).not.toThrow()
        expect(() => put('shop', 'odd', { secretStoreRef: spec, target: spec })).not.toThrow()
        const template = { templateFrom: [spec, { configMap: spec, secret: spec }] }
        expect(() => put('shop', 'odd', { target: { template } })).not.toThrow()
        expect(() => put('shop', 'odd', { target: { template: { templateFrom: spec } } })).not.toThrow()
      }),
    )
  })
})

describe('a change of a store', () => {
  type Store = NonNullable<Parameters<typeof isStoreNews>[0]['now']>
  const store = (ready = 'True', meta: object = {}): Store => ({
    metadata: { name: 'main', uid: 'u1', generation: 1, ...meta },
    status: { conditions: [{ type: 'Ready', status: ready as 'True', reason: 'Valid' }] },
  })
  const isNews = (old: unknown, now: unknown) =>
    isStoreNews({ key: 'main', old: old as Store, now: now as Store, initial: false })

  test.each([
    ['it appeared', undefined, store(), true],
    ['it went', store(), undefined, true],
    ['its spec changed', store(), store('True', { generation: 2 }), true],
    ['it was made anew', store(), store('True', { uid: 'u2' }), true],
    ['it became ready', store('False'), store(), true],
    ['only its labels changed', store(), store('True', { labels: { a: 'b' }, resourceVersion: '9' }), false],
    [
      'its status cannot be read',
      { metadata: { name: 'main' }, status: 'x' },
      { metadata: { name: 'main' }, status: { conditions: [null, 3] } },
      false,
    ],
  ])('%s: news', (_, old, now, expected) => {
    expect(isNews(old, now)).toBe(expected)
  })
})
