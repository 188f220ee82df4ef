import { describe, expect, test } from 'vitest'
import { MemoryCluster } from '../../test/contract/memory-cluster.ts'
import type { SecretStore } from '../api/secretstore.ts'
import { IndexedStore } from '../runtime/indexed-store.ts'
import type { Context } from '../runtime/reconcile.ts'
import { createLog } from '../std/log.ts'
import { fake } from './fake.ts'
import { createStores, type StoreKind } from './open.ts'
import type { ProviderKind } from './provider.ts'
import { createStoreReconcile, type StoreFields } from './reconcile.ts'
import { createResolver } from './resolve.ts'

const log = createLog('silent')

/** A provider whose login needs the Secret `login`, in the namespace that its spec says. */
const needing: ProviderKind = {
  name: 'akeyless',
  open: ({ references, spec }) => ({
    async check() {
      const { namespace } = (spec.provider.akeyless?.authSecretRef.secretRef?.accessID ?? {}) as {
        namespace?: string
      }
      references.secretVersion({ name: 'login', namespace }, 'spec.provider.akeyless')
    },
    read: async () => [],
    find: async () => [],
  }),
}

const context: Context<StoreFields> = {
  key: 'shop/main',
  signal: AbortSignal.timeout(10_000),
  log,
  failures: 0,
  checkpoint: async () => {},
}

function reconcile(spec: object, kind: StoreKind = 'SecretStore', metadata: object = {}) {
  const cluster = new MemoryCluster()
  cluster.secret('shop/login', {})
  const stores = createStores({
    secretStores: new IndexedStore<SecretStore>(),
    controllerClass: 'default',
    providers: [fake, needing],
    log,
    resolver: createResolver({
      client: cluster.client,
      secrets: cluster.secrets,
      configMaps: cluster.configMaps,
      serviceAccounts: cluster.serviceAccounts,
    }),
  })
  const namespace = kind === 'SecretStore' ? { namespace: 'shop' } : {}
  const store = {
    metadata: { name: 'main', uid: 'u', generation: 1, ...namespace, ...metadata },
    spec,
  } as SecretStore
  return createStoreReconcile({ kind, stores })(store, context)
}

const akeyless = (namespace?: string) => ({
  provider: {
    akeyless: {
      akeylessGWApiURL: '',
      authSecretRef: { secretRef: { accessID: namespace === undefined ? {} : { namespace } } },
    },
  },
})

describe('a store', () => {
  test('whose login succeeds is Valid, and is looked at again after five minutes', async () => {
    expect(await reconcile(akeyless())).toEqual({
      kind: 'done',
      reason: 'Valid',
      message: 'The store is valid: the login succeeds',
      action: 'Valid',
      fields: { capabilities: 'ReadOnly' },
      next: { kind: 'again', afterMs: 300_000 },
    })
  })

  test.each([
    [30, 30_000],
    ['1m30s', 90_000],
    ['0s', 300_000],
    [0, 300_000],
    ['', 300_000],
    ['1ms', 1000],
  ])('with refreshInterval %s is looked at again after %s ms', async (refreshInterval, afterMs) => {
    expect(await reconcile({ ...akeyless(), refreshInterval })).toMatchObject({ next: { afterMs } })
  })

  test.each(['soon', '-5m', -1])('with refreshInterval %s is InvalidSpec', async (refreshInterval) => {
    await expect(reconcile({ ...akeyless(), refreshInterval })).rejects.toMatchObject({
      reason: 'InvalidSpec',
    })
  })

  test('whose login fails throws what the provider says', async () => {
    const spec = { provider: { fake: { data: [], validationResult: 2 } } }

    await expect(reconcile(spec)).rejects.toMatchObject({ reason: 'AuthFailed' })
  })

  test.each([
    ['another class', { ...akeyless(), controller: 'other' }, {}],
    ['another provider', { provider: { vault: {} } }, {}],
    ['an end under way', akeyless(), { deletionTimestamp: '2026-01-01T00:00:00Z' }],
  ])('with %s is ignored', async (_name, spec, metadata) => {
    expect(await reconcile(spec, 'SecretStore', metadata)).toMatchObject({ kind: 'ignored' })
  })

  test('of the cluster without a namespace in its references is a ReferentIdentity', async () => {
    const verdict = await reconcile(akeyless(), 'ClusterSecretStore')

    expect(verdict).toMatchObject({
      kind: 'done',
      reason: 'ReferentIdentity',
      fields: { capabilities: 'ReadOnly' },
    })
  })

  test('of the cluster with a namespace logs in', async () => {
    expect(await reconcile(akeyless('shop'), 'ClusterSecretStore')).toMatchObject({ reason: 'Valid' })
    await expect(reconcile(akeyless('bank'), 'ClusterSecretStore')).rejects.toMatchObject({
      reason: 'NotFound',
    })
  })
})
