import { beforeEach, describe, expect, test } from 'vitest'
import { MemoryCluster } from '../../test/contract/memory-cluster.ts'
import type { SecretStore } from '../api/secretstore.ts'
import { IndexedStore } from '../runtime/indexed-store.ts'
import { createLog } from '../std/log.ts'
import { fake } from './fake.ts'
import { createStores, type Stores, type StoresOptions } from './open.ts'
import type { OpenOptions, ProviderKind } from './provider.ts'
import { createResolver } from './resolve.ts'

let cluster: MemoryCluster
let options: StoresOptions
let stores: Stores
let secretStores: IndexedStore<SecretStore>
let clusterSecretStores: IndexedStore<SecretStore>
let opened: OpenOptions[]

const asName = { provider: { fake: { data: [] } } }

function store(spec: object = asName, metadata: object = {}): SecretStore {
  return {
    metadata: { name: 'main', namespace: 'shop', uid: 'u1', generation: 1, ...metadata },
    spec,
  } as SecretStore
}

const clusterStore = (spec: object = asName, metadata: object = {}): SecretStore =>
  store(spec, { namespace: undefined, uid: 'u2', ...metadata })

beforeEach(() => {
  cluster = new MemoryCluster()
  secretStores = new IndexedStore()
  clusterSecretStores = new IndexedStore()
  opened = []
  const recording: ProviderKind = {
    name: 'fake',
    open(given) {
      opened.push(given)
      return fake.open(given)
    },
  }
  const resolver = createResolver({
    client: cluster.client,
    secrets: cluster.secrets,
    configMaps: cluster.configMaps,
    serviceAccounts: cluster.serviceAccounts,
  })
  options = {
    secretStores,
    clusterSecretStores,
    namespaces: cluster.namespaces,
    resolver,
    log: createLog('silent'),
    controllerClass: 'default',
    providers: [recording],
  }
  stores = createStores(options)
})

const main = { kind: 'SecretStore', name: 'main' }
const clusterMain = { kind: 'ClusterSecretStore', name: 'main' }

test.each([
  ['nobody has that name', main, [], 'create it or correct its name'],
  [
    'a ClusterSecretStore has',
    main,
    [clusterStore()],
    'there is a ClusterSecretStore of that name: say kind: ClusterSecretStore if that is meant',
  ],
  [
    'a SecretStore of the namespace has',
    clusterMain,
    [store()],
    'there is a SecretStore of that name: say kind: SecretStore if that is meant',
  ],
  [
    'one of another namespace has',
    main,
    [store(asName, { namespace: 'bank' })],
    'create it or correct its name',
  ],
])('a store that is not there says what to do when %s', (_, ref, others, remedy) => {
  for (const it of others) (it.metadata.namespace === undefined ? clusterSecretStores : secretStores).put(it)

  expect(() => stores.open(ref, 'shop')).toThrow(new RegExp(`^Cannot find ${ref.kind} [/a-z]+; ${remedy}$`))
})

describe('a store', () => {
  test('is opened once per generation', () => {
    secretStores.put(store())
    const first = stores.open(main, 'shop')
    const second = stores.open(main, 'shop')
    secretStores.put(store(asName, { generation: 2 }))
    const third = stores.open(main, 'shop')

    expect(opened).toHaveLength(2)
    expect(second?.provider).toBe(first?.provider)
    expect([first?.version, third?.version]).toEqual(['u1/1', 'u1/2'])
    expect(first?.title).toBe('SecretStore shop/main')
  })

  test('that went and came back is opened anew', () => {
    secretStores.put(store())
    stores.open(main, 'shop')
    stores.forget('u1')
    stores.open(main, 'shop')

    expect(opened).toHaveLength(2)
  })

  test.each(['soon', '-5m', -1])(
    'whose refreshInterval is %s is not opened, even where the CRD lets it in',
    (refreshInterval) => {
      secretStores.put(store({ ...asName, refreshInterval }))

      const open = () => stores.open(main, 'shop')

      expect(open).toThrow(expect.objectContaining({ reason: 'InvalidSpec' }))
      expect(open).toThrow(/SecretStore shop\/main: .*refreshInterval/)
      expect(opened).toHaveLength(0)
    },
  )

  test('of another namespace is not found', () => {
    secretStores.put(store())

    expect(() => stores.open(main, 'bank')).toThrow(expect.objectContaining({ reason: 'StoreNotReady' }))
    expect(() => stores.open(main, 'bank')).toThrow(/SecretStore bank\/main/)
  })

  test('of the cluster is opened per namespace that uses it, and resolves there', () => {
    clusterSecretStores.put(clusterStore())
    cluster.secret('shop/login', {})
    cluster.secret('bank/login', {})

    for (const namespace of ['shop', 'bank', 'shop']) stores.open(clusterMain, namespace)

    expect(opened.map((it) => it.references.secretVersion({ name: 'login' }, 'p').uid)).toEqual([
      'uid-secrets-shop/login',
      'uid-secrets-bank/login',
    ])
  })

  test.each([
    ['another controller class', { ...asName, controller: 'other' }],
    ['another provider', { provider: { aws: {} } }],
    ['no provider', { provider: {} }],
    ['no spec', undefined],
  ])('of %s is left alone', (_name, spec) => {
    secretStores.put({ ...store(), spec } as unknown as SecretStore)

    expect(stores.open(main, 'shop')).toBeUndefined()
    expect(stores.openItself('SecretStore', secretStores.get('shop/main') ?? store())).toBeUndefined()
  })

  test.each(['', 'default'])('with controller class "%s" is ours', (controller) => {
    secretStores.put(store({ ...asName, controller }))

    expect(stores.open(main, 'shop')).toBeDefined()
  })

  test.each([
    ['two providers', { provider: { fake: { data: [] }, aws: {} } }, 'more than one provider'],
    ['a field of another type', { provider: { fake: { data: 'canary' } } }, 'field spec.provider.fake.data'],
  ])('with %s is InvalidSpec, also when the CRD let it in', (_name, spec, words) => {
    secretStores.put(store(spec))

    expect(() => stores.open(main, 'shop')).toThrow(expect.objectContaining({ reason: 'InvalidSpec' }))
    expect(() => stores.open(main, 'shop')).toThrow(words)
    expect(() => stores.open(main, 'shop')).not.toThrow(/canary/)
  })

  test('of an unknown kind is InvalidSpec', () => {
    expect(() => stores.open({ kind: 'Store', name: 'main' }, 'shop')).toThrow(/neither SecretStore nor/)
  })

  test('of the cluster is refused while cluster kinds are off', () => {
    const scoped = createStores({ ...options, clusterSecretStores: undefined })

    expect(() => scoped.open(clusterMain, 'shop')).toThrow(/--namespace/)
  })
})

describe('conditions of a ClusterSecretStore', () => {
  const spec = { ...asName, conditions: [{ namespaceSelector: { matchLabels: { team: 'shop' } } }] }

  test('end the access as soon as the label goes', () => {
    clusterSecretStores.put(clusterStore(spec))
    cluster.namespace('shop', { team: 'shop' })
    const before = stores.open(clusterMain, 'shop')
    cluster.namespace('shop', {})

    expect(before).toBeDefined()
    expect(() => stores.open(clusterMain, 'shop')).toThrow(
      expect.objectContaining({ reason: 'AccessDenied' }),
    )
  })

  test('that cannot be read are told by the store itself', () => {
    const broken = clusterStore({ ...asName, conditions: [{ namespaceRegexes: ['('] }] })

    expect(() => stores.openItself('ClusterSecretStore', broken)).toThrow(
      /spec\.conditions\[0\]\.namespaceRegexes\[0\]/,
    )
  })

  test('of a SecretStore mean nothing', () => {
    secretStores.put(store({ ...asName, conditions: [{ namespaces: ['bank'] }] }))

    expect(stores.open(main, 'shop')).toBeDefined()
  })
})
