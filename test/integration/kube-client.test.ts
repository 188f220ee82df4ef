import { inspect } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Client } from '../../src/kube/client.ts'
import { loadConnection } from '../../src/kube/config.ts'
import { ApiError } from '../../src/kube/errors.ts'
import { configMapKind, namespaceKind, secretKind, serviceAccountKind } from '../../src/kube/kind.ts'
import type { KubeObject } from '../../src/kube/object.ts'
import { createClient } from '../../src/kube/rest-client.ts'
import { asServiceAccount } from '../../src/kube/tokens.ts'
import type { Transport } from '../../src/kube/transport.ts'
import { createTransport } from '../../src/kube/transport-undici.ts'
import { Redacted } from '../../src/std/redacted.ts'
import { newNamespace, sharedCluster } from '../cluster/shared.ts'

interface Secret extends KubeObject {
  readonly type?: string
  readonly data?: Readonly<Record<string, string>>
}

const signal = new AbortController().signal
const canary = 'canary-value-5e1f'
const write = { fieldManager: 'keyferry-test', signal }
let transport: Transport
let client: Client
let namespace: string

beforeAll(async () => {
  const connection = await loadConnection({ kubeconfigFile: sharedCluster().kubeconfigFile })
  transport = createTransport(connection, { userAgent: 'keyferry-test' })
  client = createClient(transport)
  namespace = await newNamespace('kube-client')
})

afterAll(() => transport.close())

function secret(name: string, data: Readonly<Record<string, string>>, more: object = {}): Secret {
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])
  return { metadata: { name, namespace }, data: Object.fromEntries(encoded), ...more }
}

function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  )
}

test('apply() creates, says so, then changes; get() and find() read it', async () => {
  const ref = { namespace, name: 'applied' }

  const first = await client.apply(secretKind, secret('applied', { a: '1' }), { ...write, force: false })
  const second = await client.apply(secretKind, secret('applied', { b: '2' }), { ...write, force: false })
  const read = await client.get<Secret>(secretKind, ref, { signal })
  const metadata = await client.get<Secret>(secretKind, ref, { signal, metadataOnly: true })
  const missing = await client.find<Secret>(secretKind, { namespace, name: 'missing' }, { signal })

  expect([first.created, second.created]).toEqual([true, false])
  expect(read).toMatchObject({ kind: 'Secret', apiVersion: 'v1', data: { b: 'Mg==' } })
  expect(Object.keys(read.data ?? {})).toEqual(['b'])
  expect(metadata).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'applied' } })
  expect(metadata.data).toBeUndefined()
  expect(missing).toBeUndefined()
})

test('apply() without force tells a conflict by its fields and changes nothing; with force it takes them', async () => {
  await client.create(secretKind, secret('contested', { a: canary }), { ...write, fieldManager: 'somebody' })
  const wanted = secret('contested', { a: 'ours' })

  const refused = await failureOf(client.apply(secretKind, wanted, { ...write, force: false }))
  const forced = await client.apply(secretKind, wanted, { ...write, force: true })

  expect(refused).toMatchObject({
    message: `Cannot apply Secret ${namespace}/contested: status is 409 (Conflict, FieldManagerConflict), fields are .data.a`,
    status: 409,
    reason: 'Conflict',
    fields: ['.data.a'],
  })
  expect(forced.created).toBe(false)
})

test('F7, F8: apply() with a resourceVersion, jsonPatch() with a test and mergePatch() refuse what is stale', async () => {
  const ref = { namespace, name: 'stale' }
  const created = await client.create(secretKind, secret('stale', { a: '1', b: '2' }), write)
  const version = created.metadata.resourceVersion ?? ''
  const remove = { op: 'remove', path: '/data/b' } as const
  const guard = (value: string) => ({ op: 'test', path: '/metadata/resourceVersion', value }) as const

  const patched = await client.jsonPatch<Secret>(secretKind, ref, [guard(version), remove], write)
  const stalePatch = await failureOf(client.jsonPatch(secretKind, ref, [guard(version), remove], write))
  const staleMerge = await failureOf(
    client.mergePatch(
      secretKind,
      ref,
      { metadata: { resourceVersion: version }, data: { c: 'eA==' } },
      write,
    ),
  )
  const merged = await client.mergePatch<Secret>(secretKind, ref, { data: { c: 'eA==' } }, write)
  const staleApply = await failureOf(
    client.apply(secretKind, { metadata: { ...ref, resourceVersion: version } }, { ...write, force: true }),
  )

  expect(Object.keys(patched.data ?? {})).toEqual(['a'])
  expect(Object.keys(merged.data ?? {})).toEqual(['a', 'c'])
  expect([stalePatch, staleMerge, staleApply]).toMatchObject([
    { status: 422 },
    { status: 409 },
    { status: 409 },
  ])
})

test('dryRun writes nothing', async () => {
  const dry = await client.apply(secretKind, secret('dry', { a: '1' }), {
    ...write,
    force: true,
    dryRun: true,
  })

  expect(dry.created).toBe(true)
  expect(await client.find(secretKind, { namespace, name: 'dry' }, { signal })).toBeUndefined()
})

test('delete() keeps a successor: uid and resourceVersion are preconditions', async () => {
  const ref = { namespace, name: 'doomed' }
  const created = await client.create(secretKind, secret('doomed', {}), write)
  const { uid = '', resourceVersion = '' } = created.metadata

  const wrongUid = await failureOf(client.delete(secretKind, ref, { signal, uid: 'another' }))
  const wrongVersion = await failureOf(client.delete(secretKind, ref, { signal, resourceVersion: '1' }))
  await client.delete(secretKind, ref, { signal, uid, resourceVersion, propagationPolicy: 'Background' })
  const gone = await failureOf(client.delete(secretKind, ref, { signal }))

  expect([wrongUid, wrongVersion, gone]).toMatchObject([{ status: 409 }, { status: 409 }, { status: 404 }])
})

test('list() pages, selects, and gives each item its kind', async () => {
  for (const name of ['page-1', 'page-2', 'page-3']) {
    const metadata = { name, namespace, labels: { set: 'paging' } }
    await client.create(configMapKind, { metadata }, write)
  }
  const options = { signal, namespace, labelSelector: 'set=paging', limit: 2 }

  const first = await client.list(configMapKind, options)
  const second = await client.list(configMapKind, { ...options, continue: first.continue ?? '' })
  const metadata = await client.list(configMapKind, { ...options, limit: 10, metadataOnly: true })
  // In all namespaces, where other tests have ConfigMaps of this name.
  const named = await client.list(configMapKind, { signal, fieldSelector: 'metadata.name=page-2' })

  expect([first, second].map((it) => it.items.map((item) => item.metadata.name))).toEqual([
    ['page-1', 'page-2'],
    ['page-3'],
  ])
  expect(second.continue).toBeUndefined()
  expect(Number(first.resourceVersion)).toBeGreaterThan(0)
  expect(first.items[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' })
  expect(metadata.items.map((it) => it.kind)).toEqual(Array(3).fill('PartialObjectMetadata'))
  expect(named.items.map((it) => it.metadata.namespace)).toContain(namespace)
  expect(new Set(named.items.map((it) => it.metadata.name))).toEqual(new Set(['page-2']))
})

test('tokens: a requested token passes review and authenticates; a bad one is refused in words without it', async () => {
  const ref = { namespace, name: 'app' }
  await client.create(serviceAccountKind, { metadata: ref }, write)

  const { token, expiresAtMs } = await client.createToken(ref, { expirationSeconds: 600, signal })
  const other = await client.createToken(ref, { expirationSeconds: 600, audiences: ['elsewhere'], signal })
  const good = await client.reviewToken(token, { signal })
  const wrongAudience = await client.reviewToken(other.token, { signal })
  const rightAudience = await client.reviewToken(other.token, { signal, audiences: ['elsewhere'] })
  const bad = await client.reviewToken(new Redacted(`${token.reveal()}x`), { signal })

  expect(Math.abs(expiresAtMs - Date.now() - 600_000)).toBeLessThan(30_000)
  expect(good).toEqual({
    authenticated: true,
    user: {
      username: `system:serviceaccount:${namespace}:app`,
      uid: expect.stringMatching(/^[-0-9a-f]{36}$/),
      groups: expect.arrayContaining(['system:authenticated', `system:serviceaccounts:${namespace}`]),
      extra: { 'authentication.kubernetes.io/credential-id': [expect.stringMatching(/^JTI=/)] },
    },
  })
  expect([wrongAudience.authenticated, rightAudience.authenticated]).toEqual([false, true])
  expect(bad).toEqual({ authenticated: false, error: expect.stringContaining('invalid bearer token') })
  expect(inspect({ token, good, bad }, { depth: 9 })).not.toContain(token.reveal().slice(0, 40))
})

test('asServiceAccount() acts as that ServiceAccount and nobody else', async () => {
  const ref = { namespace, name: 'half' }
  await client.create(serviceAccountKind, { metadata: ref }, write)
  const base = await loadConnection({ kubeconfigFile: sharedCluster().kubeconfigFile })
  const half = createTransport(asServiceAccount(base, { client, serviceAccount: ref, signal }), {
    userAgent: 'keyferry-test',
  })

  const review = await createClient(half).create(
    {
      group: 'authentication.k8s.io',
      version: 'v1',
      kind: 'SelfSubjectReview',
      plural: 'selfsubjectreviews',
      namespaced: false,
    },
    { metadata: { name: 'me' } },
    write,
  )
  const refused = await failureOf(createClient(half).get(secretKind, { namespace, name: 'any' }, { signal }))

  expect(review).toMatchObject({
    status: { userInfo: { username: `system:serviceaccount:${namespace}:half` } },
  })
  expect(refused).toMatchObject({
    message: `Cannot get Secret ${namespace}/any: status is 403 (Forbidden), check the RBAC rules of this identity`,
  })
  await half.close()
})

test('the API server quotes values in its messages; ours never do', async () => {
  const ref = { namespace, name: 'quoted' }
  const force = { ...write, force: true }
  await client.create(secretKind, secret('quoted', { a: canary }), write)
  const widget = { group: 'nope.example', version: 'v1', kind: 'Widget', plural: 'widgets', namespaced: true }

  const errors = [
    await failureOf(client.apply(secretKind, secret('quoted', {}, { type: canary }), force)),
    await failureOf(client.apply(secretKind, secret('quoted', {}, { data: { a: 7_713_517 } }), force)),
    await failureOf(client.apply(secretKind, secret('quoted', { [`${canary} key`]: 'x' }), force)),
    await failureOf(client.mergePatch(secretKind, ref, { data: canary }, write)),
    await failureOf(client.jsonPatch(secretKind, ref, [{ op: 'remove', path: `/data/${canary}` }], write)),
    await failureOf(client.apply(secretKind, { metadata: { name: 'x', namespace: 'none' } }, force)),
    await failureOf(client.get(widget, ref, { signal })),
    await failureOf(client.createToken(ref, { expirationSeconds: 600, signal })),
  ]

  expect(errors.every((it) => it instanceof ApiError)).toBe(true)
  expect(errors.map((it) => (it as Error).message.replaceAll(namespace, 'NS'))).toEqual([
    'Cannot apply Secret NS/quoted: status is 422 (Invalid, FieldValueInvalid), fields are type',
    'Cannot apply Secret NS/quoted: status is 500',
    'Cannot apply Secret NS/quoted: status is 422 (Invalid, FieldValueInvalid), fields are data[]',
    'Cannot patch Secret NS/quoted: status is 422 (Invalid, FieldValueInvalid), fields are patch',
    'Cannot patch Secret NS/quoted: status is 422 (Invalid)',
    'Cannot apply Secret none/x: status is 404 (NotFound), there is no such namespace',
    'Cannot get Widget NS/quoted: status is 404, the API server does not serve this kind',
    'Cannot request a token of ServiceAccount NS/quoted: status is 404 (NotFound)',
  ])
  const shown = inspect(errors, { depth: 20, showHidden: true })
  expect(shown).not.toContain(canary)
  expect(shown).not.toContain('7713517')
})

test('getPath() gives any answer as it is', async () => {
  expect(await client.getPath('/readyz', { signal })).toEqual({ status: 200, body: 'ok' })
  expect((await client.getPath('/nope', { signal })).status).toBe(404)
})

test('a name cannot climb out of its collection', async () => {
  const error = await failureOf(client.get(secretKind, { namespace, name: '../configmaps' }, { signal }))

  expect(error).toMatchObject({ name: 'ApiError' })
  for (const ref of [{ namespace, name: '' }, { namespace: '..', name: 'x' }, { name: 'x' }]) {
    expect(await failureOf(client.get(secretKind, ref, { signal }))).toBeInstanceOf(RangeError)
  }
  expect(await failureOf(client.get(namespaceKind, { namespace, name: 'x' }, { signal }))).toBeInstanceOf(
    RangeError,
  )
})
