import { beforeEach, describe, expect, test } from 'vitest'
import { apiError, MemoryCluster } from '../../test/contract/memory-cluster.ts'
import { Redacted } from '../std/redacted.ts'
import type { References } from './provider.ts'
import { createResolver } from './resolve.ts'
import { isReferent, type Scope } from './scope.ts'

const signal = AbortSignal.timeout(10_000)
const own: Scope = { kind: 'SecretStore', namespace: 'shop' }
const referent: Scope = { kind: 'ClusterSecretStore', requester: 'shop' }
const alone: Scope = { kind: 'ClusterSecretStore' }

let cluster: MemoryCluster
let resolve: (scope: Scope) => References

beforeEach(() => {
  cluster = new MemoryCluster()
  for (const namespace of ['shop', 'vault']) {
    cluster.secret(`${namespace}/login`, { key: `key of ${namespace}`, 'ca.crt': `pem of ${namespace}` })
    cluster.configMap(`${namespace}/ca`, { 'ca.crt': `pem of ${namespace}` })
    cluster.serviceAccount(`${namespace}/app`)
  }
  resolve = createResolver({
    client: cluster.client,
    secrets: cluster.secrets,
    configMaps: cluster.configMaps,
    serviceAccounts: cluster.serviceAccounts,
  })
})

/** Every way in which a provider can reach an object, with the namespace that it names. */
const ways: readonly [string, (references: References, namespace: string | undefined) => unknown][] = [
  ['secretVersion', (it, namespace) => it.secretVersion({ name: 'login', namespace }, 'spec.x').uid],
  [
    'secretValue',
    async (it, namespace) =>
      (await it.secretValue({ name: 'login', namespace, key: 'key' }, 'spec.x', signal)).reveal(),
  ],
  [
    'caBundle of a Secret',
    (it, namespace) => it.caBundle({ type: 'Secret', name: 'login', namespace }, 'spec.x', signal),
  ],
  [
    'caBundle of a ConfigMap',
    (it, namespace) => it.caBundle({ type: 'ConfigMap', name: 'ca', namespace }, 'spec.x', signal),
  ],
  ['serviceAccount', (it, namespace) => it.serviceAccount({ name: 'app', namespace }, 'spec.x').namespace],
  [
    'token',
    async (it, namespace) =>
      (await it.serviceAccount({ name: 'app', namespace }, 'spec.x').token({ signal })).token.reveal(),
  ],
]

describe.each(ways)('%s', (_name, way) => {
  const ask = async (scope: Scope, namespace?: string) => way(resolve(scope), namespace)

  test('of a SecretStore stays in its own namespace', async () => {
    expect(await ask(own)).toMatch(/shop/)
    expect(await ask(own, 'shop')).toMatch(/shop/)
    expect(await ask(own, '')).toMatch(/shop/)
  })

  test('of a SecretStore refuses another namespace by its path, without asking', async () => {
    await expect(ask(own, 'vault')).rejects.toMatchObject({ reason: 'InvalidSpec' })
    await expect(ask(own, 'vault')).rejects.toThrow(/spec\.x: namespace is "vault"/)
    expect(cluster.asked).toEqual([])
  })

  test('of a ClusterSecretStore goes where it says, else to its user', async () => {
    expect(await ask(referent, 'vault')).toMatch(/vault/)
    expect(await ask(referent)).toMatch(/shop/)
    expect(await ask(alone, 'vault')).toMatch(/vault/)
  })

  test('of a ClusterSecretStore without a user is a referent identity', async () => {
    const error = await ask(alone).catch((it: unknown) => it)

    expect(isReferent(error)).toBe(true)
    expect(cluster.asked).toEqual([])
  })
})

test('a version costs no request, and changes with the object', () => {
  const before = resolve(own).secretVersion({ name: 'login' }, 'p')
  cluster.secret('shop/login', { key: 'next' })
  const after = resolve(own).secretVersion({ name: 'login' }, 'p')

  expect(after.uid).toBe(before.uid)
  expect(after.resourceVersion).not.toBe(before.resourceVersion)
  expect(cluster.asked).toEqual([])
})

test('a CA is read once per version', async () => {
  const ca = { type: 'ConfigMap', name: 'ca', key: 'ca.crt' } as const

  await resolve(own).caBundle(ca, 'p', signal)
  await resolve(own).caBundle(ca, 'p', signal)
  const once = cluster.asked.length
  cluster.configMap('shop/ca', { 'ca.crt': 'next' })
  const next = await resolve(own).caBundle(ca, 'p', signal)

  expect(once).toBe(1)
  expect(next).toBe('next')
})

test('a private key in the place of a CA is refused', async () => {
  cluster.secret('shop/login', { 'ca.crt': '-----BEGIN EC PRIVATE KEY-----\ncanary\n' })

  const ca = resolve(own).caBundle({ type: 'Secret', name: 'login' }, 'spec.ca', signal)

  await expect(ca).rejects.toThrow(/Cannot use spec\.ca: .*holds a private key/)
})

test.each([
  ['Secret', (it: References) => it.secretVersion({ name: 'none' }, 'spec.y')],
  ['ConfigMap', (it: References) => it.caBundle({ type: 'ConfigMap', name: 'none' }, 'spec.y', signal)],
  ['ServiceAccount', (it: References) => it.serviceAccount({ name: 'none' }, 'spec.y')],
  ['key', (it: References) => it.secretValue({ name: 'login', key: 'toString' }, 'spec.y', signal)],
])('an absent %s is NotFound that names it and the field', async (what, way) => {
  const error = await (async () => way(resolve(own)))().catch((it: unknown) => it)

  expect(error).toMatchObject({ reason: 'NotFound' })
  expect(String(error)).toContain('spec.y')
  expect(String(error)).toMatch(what === 'key' ? /has no key "toString"/ : /shop\/none/)
})

test('a selector without a key is InvalidSpec', async () => {
  await expect(resolve(own).secretValue({ name: 'login' }, 'spec.z', signal)).rejects.toThrow(
    /spec\.z: it names no key/,
  )
})

test.each([
  [403, 'AuthFailed'],
  [404, 'NotFound'],
  [422, 'InvalidSpec'],
])('a token request that is answered %s is %s', async (status, reason) => {
  cluster.errors.set('token shop/app', apiError(status))

  await expect(resolve(own).serviceAccount({ name: 'app' }, 'p').token({ signal })).rejects.toMatchObject({
    reason,
  })
})

test('a token request that finds the API server away fails as such', async () => {
  const away = apiError(503)
  cluster.errors.set('token shop/app', away)

  await expect(resolve(own).serviceAccount({ name: 'app' }, 'p').token({ signal })).rejects.toBe(away)
})

test('a TokenReview that is not allowed has no answer', async () => {
  const ask = () => resolve(own).reviewToken?.(new Redacted('jwt'), { audiences: [], signal })

  const allowed = await ask()
  cluster.errors.set('review', apiError(403))

  expect([allowed, await ask()]).toEqual([{ authenticated: true }, undefined])
})
