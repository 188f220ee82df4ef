import { expect, test } from 'vitest'
import type { SecretStore } from '../api/secretstore.ts'
import { keyOf } from '../kube/object.ts'
import { IndexedStore } from '../runtime/indexed-store.ts'
import { type DependencyKind, dependentsOf, storeIndexers } from './wake.ts'

const kubernetesAuth = {
  accessID: 'p-1',
  k8sConfName: 'c',
  serviceAccountRef: { name: 'app', audiences: ['a'] },
}
const akeyless = {
  akeylessGWApiURL: '',
  authSecretRef: { kubernetesAuth, secretRef: { accessID: { name: 'login', key: 'id' } } },
  caProvider: { type: 'ConfigMap', name: 'ca', key: 'ca.crt' },
}

const certificate = {
  accessID: 'p-1',
  certificateSecretRef: { name: 'crt' },
  privateKeySecretRef: { name: 'key' },
}

function awsKeys(id: string, secret: string, token: string) {
  return { accessKeyID: { name: id }, secretAccessKey: { name: secret }, sessionToken: { name: token } }
}

function indexed(...stores: object[]): IndexedStore<SecretStore> {
  const store = new IndexedStore<SecretStore>(storeIndexers)
  for (const it of stores) store.put(it as SecretStore)
  return store
}

function found(stores: IndexedStore<SecretStore>, kind: DependencyKind, namespace: string, name: string) {
  return dependentsOf(stores, kind, { namespace, name }).map((it) => [keyOf(it.store.metadata), it.namespace])
}

test.each([
  ['ServiceAccount', 'app'],
  ['Secret', 'login'],
  ['ConfigMap', 'ca'],
] as const)('a %s finds the SecretStore that names it, in its own namespace only', (kind, name) => {
  const stores = indexed({ metadata: { namespace: 'shop', name: 'main' }, spec: { provider: { akeyless } } })

  expect(found(stores, kind, 'shop', name)).toEqual([['shop/main', undefined]])
  expect(found(stores, kind, 'bank', name)).toEqual([])
  expect(found(stores, kind, 'shop', 'other')).toEqual([])
})

test.each([
  ['ServiceAccount', 'app', { azureAuth: { accessID: 'p-1', serviceAccountRef: { name: 'app' } } }],
  ['ServiceAccount', 'app', { awsAuth: { accessID: 'p-1', serviceAccountRef: { name: 'app' } } }],
  ['ServiceAccount', 'app', { jwtAuth: { accessID: 'p-1', serviceAccountRef: { name: 'app' } } }],
  ['ServiceAccount', 'app', { secretRef: {}, serviceAccountRef: { name: 'app' } }],
  ['Secret', 'a', { awsAuth: { accessID: 'p-1', secretRef: awsKeys('a', 'b', 'c') } }],
  ['Secret', 'b', { awsAuth: { accessID: 'p-1', secretRef: awsKeys('a', 'b', 'c') } }],
  ['Secret', 'c', { awsAuth: { accessID: 'p-1', secretRef: awsKeys('a', 'b', 'c') } }],
  ['Secret', 'jwt', { jwtAuth: { accessID: 'p-1', secretRef: { name: 'jwt' } } }],
  ['Secret', 'crt', { certAuth: certificate }],
  ['Secret', 'key', { certAuth: certificate }],
  ['Secret', 'uid', { universalIdentityAuth: { accessID: 'p-1', tokenSecretRef: { name: 'uid' } } }],
] as const)('a %s "%s" finds the store that logs in by %j', (kind, name, authSecretRef) => {
  const provider = { akeyless: { akeylessGWApiURL: '', authSecretRef } }
  const stores = indexed({ metadata: { namespace: 'shop', name: 'main' }, spec: { provider } })

  expect(found(stores, kind, 'shop', name)).toEqual([['shop/main', undefined]])
  expect(found(stores, kind, 'bank', name)).toEqual([])
})

test('an object finds the ClusterSecretStore that names its namespace, and referent ones from anywhere', () => {
  const caProvider = { type: 'Secret', name: 'ca', namespace: 'vault' }
  const stores = indexed({
    metadata: { name: 'main' },
    spec: { provider: { akeyless: { ...akeyless, caProvider } } },
  })

  expect(found(stores, 'Secret', 'vault', 'ca')).toEqual([['main', undefined]])
  expect(found(stores, 'Secret', 'shop', 'ca')).toEqual([])
  expect(found(stores, 'ServiceAccount', 'shop', 'app')).toEqual([['main', 'shop']])
})

test.each([
  {},
  { spec: null },
  { spec: { provider: 'x' } },
  { spec: { provider: { akeyless: [null, { name: 3 }] } } },
])('a store of any shape is indexed without harm: %j', (rest) => {
  expect(() => indexed({ metadata: { name: 'odd' }, ...rest })).not.toThrow()
})
