import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAkeyless } from '../../src/akeyless/provider.ts'
import type { AkeylessProvider } from '../../src/api/akeyless-spec.ts'
import type { SecretStore } from '../../src/api/secretstore.ts'
import {
  configMapKind,
  type Kind,
  namespaceKind,
  secretKind,
  serviceAccountKind,
} from '../../src/kube/kind.ts'
import type { KubeObject } from '../../src/kube/object.ts'
import { IndexedStore } from '../../src/runtime/indexed-store.ts'
import { Failure } from '../../src/std/failure.ts'
import { createLog } from '../../src/std/log.ts'
import { createStores } from '../../src/store/open.ts'
import type { Provider } from '../../src/store/provider.ts'
import { createStoreReconcile } from '../../src/store/reconcile.ts'
import { createResolver } from '../../src/store/resolve.ts'
import { connect } from '../cluster/client.ts'
import { newNamespace, sharedCluster } from '../cluster/shared.ts'
import { type AkeylessStandIn, startAkeyless } from '../fakes/akeyless/stand-in.ts'
import { auditLines } from '../manager/audit-log.ts'

const cluster = sharedCluster()
const { client, ...connection } = connect(cluster)
const options = { signal: AbortSignal.timeout(120_000), onBehalfOf: { kind: 'ExternalSecret', name: 'it' } }
const lines: string[] = []
const log = createLog('debug', { write: (line) => void lines.push(line) })
const akeyless = createAkeyless({ rules: { insecureLocalEndpoints: true, apiServerHosts: [] } })
const accessId = 'p-it0000001'

let [one, two] = ['', '']
let standIn: AkeylessStandIn

beforeAll(async () => {
  ;[one, two] = await Promise.all([newNamespace('store-one'), newNamespace('store-two')])
  standIn = await startAkeyless({
    k8s: { host: cluster.server, caPem: cluster.caPem, reviewerToken: cluster.adminToken },
  })
  standIn.state.k8sAuth({
    accessId,
    config: 'it',
    boundNamespaces: ['store-*'],
    boundServiceAccounts: ['app'],
  })
  for (const namespace of [one, two]) {
    await make(serviceAccountKind, namespace, 'app')
    await make(secretKind, namespace, 'jwt', {
      data: { token: Buffer.from('canary.not.a-jwt').toString('base64') },
    })
    standIn.state.secret(`/${namespace}/db`, { value: `canary of ${namespace}` })
    standIn.state.role({
      accessId,
      rules: [{ path: `/${namespace}/*`, capabilities: ['read'] }],
      subClaims: { namespace: [namespace] },
    })
  }
  await make(serviceAccountKind, one, 'stranger')
})
afterAll(async () => {
  await akeyless.close()
  await standIn.stop()
  await connection[Symbol.asyncDispose]()
})

async function make(kind: Kind, namespace: string, name: string, rest: object = {}): Promise<void> {
  const apiVersion = 'v1'
  const object = { apiVersion, kind: kind.kind, metadata: { namespace, name }, ...rest }
  await client.create<KubeObject>(kind, object, { signal: options.signal, fieldManager: 'test' })
}

/** What the metadata watches hold. */
async function metadataOf(kind: Kind): Promise<IndexedStore<KubeObject>> {
  const store = new IndexedStore<KubeObject>()
  for (const namespace of kind.namespaced ? [one, two] : [undefined]) {
    const { items } = await client.list<KubeObject>(kind, {
      signal: options.signal,
      metadataOnly: true,
      ...(namespace !== undefined && { namespace }),
    })
    for (const item of items) store.put(item)
  }
  return store
}

function storeOf(authSecretRef: AkeylessProvider['authSecretRef'], metadata: object): SecretStore {
  const spec = { provider: { akeyless: { akeylessGWApiURL: standIn.url, authSecretRef } } }
  return {
    metadata: { name: 'main', uid: JSON.stringify(metadata), generation: 1, ...metadata },
    spec,
  }
}

async function storesWith(store: SecretStore) {
  const [namespaced, clusterWide] = [new IndexedStore<SecretStore>(), new IndexedStore<SecretStore>()]
  if (store.metadata.namespace === undefined) clusterWide.put(store)
  else namespaced.put(store)
  const resolver = createResolver({
    client,
    secrets: await metadataOf(secretKind),
    configMaps: await metadataOf(configMapKind),
    serviceAccounts: await metadataOf(serviceAccountKind),
  })
  return createStores({
    secretStores: namespaced,
    clusterSecretStores: clusterWide,
    namespaces: await metadataOf(namespaceKind),
    resolver,
    log,
    controllerClass: 'default',
    providers: [akeyless],
  })
}

async function read(provider: Provider | undefined, ...keys: string[]): Promise<string[]> {
  const outcomes = await provider?.read(
    keys.map((key) => ({ key })),
    options,
  )
  return (outcomes ?? []).map((it) => (it.ok ? it.value.text.reveal() : (it.failure as Failure).reason))
}

async function reasonOf(work: Promise<unknown> | undefined): Promise<string> {
  const error = await work?.then(
    () => undefined,
    (it: unknown) => it,
  )
  if (error === undefined) return 'ok'
  return error instanceof Failure
    ? error.reason
    : `no Failure: ${error instanceof Error ? error.message : ''}`
}

const byAccount = (serviceAccountRef: { name: string; namespace?: string; audiences?: string[] }) => ({
  kubernetesAuth: { accessID: accessId, k8sConfName: 'it', serviceAccountRef },
})

test('two namespaces behind one referent ClusterSecretStore read their own path and not the other’s', async () => {
  const store = storeOf(byAccount({ name: 'app' }), {})
  const stores = await storesWith(store)
  const ref = { kind: 'ClusterSecretStore', name: 'main' }

  const reads = [
    await read(stores.open(ref, one)?.provider, `/${one}/db`, `/${two}/db`),
    await read(stores.open(ref, two)?.provider, `/${one}/db`, `/${two}/db`),
  ]

  expect(reads).toEqual([
    [`canary of ${one}`, 'AccessDenied'],
    ['AccessDenied', `canary of ${two}`],
  ])
  expect(standIn.calls.of('/auth').map((it) => it.identity)).toEqual([`${one}/app`, `${two}/app`])
})

test('that store itself is a ReferentIdentity, without a login', async () => {
  const store = storeOf(byAccount({ name: 'app' }), {})
  const before = standIn.calls.count('/auth')
  const reconcile = createStoreReconcile({ kind: 'ClusterSecretStore', stores: await storesWith(store) })

  const context = { key: 'main', signal: options.signal, log, failures: 0, checkpoint: async () => {} }
  const verdict = await reconcile(store, context)

  expect(verdict).toMatchObject({ kind: 'done', reason: 'ReferentIdentity' })
  expect(standIn.calls.count('/auth')).toBe(before)
})

test('a SecretStore logs in as a ServiceAccount of its namespace by a real TokenRequest and TokenReview', async () => {
  const stores = await storesWith(storeOf(byAccount({ name: 'app' }), { namespace: one }))

  const opened = stores.open({ kind: 'SecretStore', name: 'main' }, one)

  expect(await reasonOf(opened?.provider.check(options))).toBe('ok')
})

test('a SecretStore reaches no object of another namespace: the audit log of the API server shows none', async () => {
  const foreign = { name: 'jwt', namespace: two, key: 'token' }
  const specs: AkeylessProvider['authSecretRef'][] = [
    byAccount({ name: 'app', namespace: two }),
    { kubernetesAuth: { accessID: accessId, k8sConfName: 'it', secretRef: foreign } },
    { secretRef: { accessID: foreign, accessType: foreign, accessTypeParam: foreign } },
  ]

  for (const [index, spec] of specs.entries()) {
    const stores = await storesWith(storeOf(spec, { namespace: one, generation: index }))
    const opened = stores.open({ kind: 'SecretStore', name: 'main' }, one)
    expect(await reasonOf(opened?.provider.check(options))).toBe('InvalidSpec')
  }

  const events = await auditLog()
  const reached = events.filter(
    ({ verb, objectRef }) =>
      objectRef?.namespace === two &&
      objectRef.resource === 'secrets' &&
      (verb === 'get' || verb === 'watch'),
  )
  expect(events.length).toBeGreaterThan(0)
  expect(reached).toEqual([])
})

test('a JWT that the API server refuses is JWTRejected, and heals when the Secret is mended', async () => {
  const auth = { kubernetesAuth: { accessID: accessId, k8sConfName: 'it', secretRef: { name: 'jwt' } } }
  const store = storeOf(auth, { namespace: one })
  const provider = (await storesWith(store)).open({ kind: 'SecretStore', name: 'main' }, one)?.provider

  const rejected = await reasonOf(provider?.check(options))
  const { token } = await client.createToken(
    { namespace: one, name: 'app' },
    { expirationSeconds: 600, signal: options.signal },
  )
  const data = { token: Buffer.from(token.reveal()).toString('base64') }
  await client.mergePatch(
    secretKind,
    { namespace: one, name: 'jwt' },
    { data },
    { signal: options.signal, fieldManager: 'test' },
  )
  const mended = (await storesWith(store)).open({ kind: 'SecretStore', name: 'main' }, one)?.provider

  expect(rejected).toBe('JWTRejected')
  expect(await reasonOf(mended?.check(options))).toBe('ok')
})

test('a ServiceAccount outside the bound list is AuthFailed, for the API server accepts its JWT', async () => {
  const stores = await storesWith(storeOf(byAccount({ name: 'stranger' }), { namespace: one, generation: 9 }))

  const opened = stores.open({ kind: 'SecretStore', name: 'main' }, one)

  await expect(opened?.provider.check(options)).rejects.toThrow(/the API server accepts the JWT/)
})

test('an absent ServiceAccount is NotFound', async () => {
  const stores = await storesWith(storeOf(byAccount({ name: 'none' }), { namespace: one, generation: 10 }))

  expect(
    await reasonOf(stores.open({ kind: 'SecretStore', name: 'main' }, one)?.provider.check(options)),
  ).toBe('NotFound')
})

test('no value, token or JWT stands in the log at debug', () => {
  expect(lines.join('')).not.toMatch(/canary|eyJ[A-Za-z0-9_-]{10}|t-[0-9a-f]{32}/)
})

interface AuditEvent {
  readonly verb: string
  readonly objectRef?: { readonly namespace?: string; readonly resource?: string }
}

async function auditLog(): Promise<AuditEvent[]> {
  const all = await auditLines(cluster)
  return all.filter((it) => it.includes(two)).map((it) => JSON.parse(it) as AuditEvent)
}
