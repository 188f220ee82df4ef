import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createBench, reading } from '../../test/contract/akeyless-bench.ts'
import { MemoryReferences } from '../../test/contract/memory-references.ts'
import { selfSigned } from '../../test/fakes/akeyless/certificates.ts'
import { type AkeylessStandIn, startAkeyless } from '../../test/fakes/akeyless/stand-in.ts'
import type { KubernetesAuth } from '../api/akeyless-spec.ts'

/** Says of every JWT `canary-jwt-NAME` that it is ServiceAccount shop/NAME; refuses all others. */
let reviewer: Server
let reviewerCa = ''

beforeAll(async () => {
  const { certificatePem, privateKeyPem } = await selfSigned()
  reviewerCa = certificatePem
  reviewer = createServer({ cert: certificatePem, key: privateKeyPem }, (request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => (text += chunk.toString()))
    request.on('end', () => {
      const { spec } = JSON.parse(text) as { spec: { token: string } }
      const [, name] = /^canary-jwt-(.+)$/.exec(spec.token) ?? []
      const user = { username: `system:serviceaccount:shop:${name}`, uid: `uid-${name}` }
      const status =
        name === undefined ? { authenticated: false, error: 'invalid' } : { authenticated: true, user }
      response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ status }))
    })
  })
  await new Promise<void>((resolve) => reviewer.listen(0, '127.0.0.1', resolve))
})
afterAll(() => {
  reviewer.closeAllConnections()
  reviewer.close()
})

const accessId = 'p-k8s000001'
let akeyless: AkeylessStandIn
let bench: ReturnType<typeof createBench>
let references: MemoryReferences

beforeEach(async () => {
  const host = `https://127.0.0.1:${(reviewer.address() as AddressInfo).port}`
  akeyless = await startAkeyless({ k8s: { host, caPem: reviewerCa, reviewerToken: 'canary-reviewer' } })
  akeyless.state.k8sAuth({ accessId, config: 'prod', boundServiceAccounts: ['app', 'web'] })
  akeyless.state.role({
    accessId,
    rules: [{ path: '/app/*', capabilities: ['read'] }],
    subClaims: { service_account_name: ['app'] },
  })
  akeyless.state.role({
    accessId,
    rules: [{ path: '/web/*', capabilities: ['read'] }],
    subClaims: { service_account_name: ['web'] },
  })
  akeyless.state.secret('/app/db', { value: 'canary-app' })
  akeyless.state.secret('/web/db', { value: 'canary-web' })
  bench = createBench({ url: akeyless.url })
  references = new MemoryReferences()
  for (const name of ['app', 'web', 'stranger']) references.setAccount(name, () => `canary-jwt-${name}`)
})
afterEach(async () => {
  await bench.close()
  await akeyless.stop()
  bench.refuseLeaks()
})

function open(auth: Partial<KubernetesAuth>) {
  return bench.open(
    { authSecretRef: { kubernetesAuth: { accessID: accessId, k8sConfName: 'prod', ...auth } } },
    references,
  )
}

test('two ServiceAccounts with one access id read their own paths and not each other’s', async () => {
  const [app, web] = [
    open({ serviceAccountRef: { name: 'app' } }),
    open({ serviceAccountRef: { name: 'web' } }),
  ]

  const reads = [await bench.read(app, '/app/db', '/web/db'), await bench.read(web, '/app/db', '/web/db')]

  expect(reads).toEqual([
    ['canary-app', 'AccessDenied'],
    ['AccessDenied', 'canary-web'],
  ])
  expect(akeyless.calls.count('/auth')).toBe(2)
})

test('one ServiceAccount requests one token and logs in once for many reads', async () => {
  const providers = Array.from({ length: 30 }, () => open({ serviceAccountRef: { name: 'app' } }))

  await Promise.all(providers.map((it) => bench.read(it, '/app/db')))

  expect(references.tokenRequests).toBe(1)
  expect(akeyless.calls.count('/auth')).toBe(1)
})

test('a ServiceAccount that was made anew logs in anew', async () => {
  await bench.read(open({ serviceAccountRef: { name: 'app' } }), '/app/db')
  references.setAccount('app', () => 'canary-jwt-app', 'another-uid')

  await bench.read(open({ serviceAccountRef: { name: 'app' } }), '/app/db')

  expect(akeyless.calls.count('/auth')).toBe(2)
})

test('other audiences are another identity', async () => {
  await bench.read(open({ serviceAccountRef: { name: 'app' } }), '/app/db')
  await bench.read(open({ serviceAccountRef: { name: 'app', audiences: ['akeyless'] } }), '/app/db')

  expect(akeyless.calls.count('/auth')).toBe(2)
})

test('a ServiceAccount outside the bound list is AuthFailed, and the message says that its JWT is good', async () => {
  references.accepts = true

  const reason = await bench.reasonOf(open({ serviceAccountRef: { name: 'stranger' } }).check(reading()))

  expect(reason).toBe('AuthFailed')
  expect(bench.seen()).toMatch(
    /ServiceAccount shop\/stranger, auth config \\?"prod\\?".*the API server accepts the JWT/,
  )
  expect(references.reviewed).toHaveLength(1)
})

test.each([
  [false, 'JWTRejected'],
  [undefined, 'AuthFailed'],
])('a JWT that is refused there, and here %s, is %s', async (accepts, expected) => {
  references.accepts = accepts
  references.set('jwt', { token: 'canary-bad-jwt' })

  const reason = await bench.reasonOf(open({ secretRef: { name: 'jwt' } }).check(reading()))

  expect(reason).toBe(expected)
})

test('a JWT from a Secret logs in by its key, "token" unless another is named', async () => {
  references.set('jwt', { token: 'canary-jwt-app\n', other: 'canary-jwt-web' })

  const reads = [
    await bench.read(open({ secretRef: { name: 'jwt' } }), '/app/db'),
    await bench.read(open({ secretRef: { name: 'jwt', key: 'other' } }), '/web/db'),
  ]

  expect(reads).toEqual([['canary-app'], ['canary-web']])
})

test('a Gateway that cannot reach the API server is no refusal', async () => {
  const k8s = { host: 'https://127.0.0.1:1', caPem: reviewerCa, reviewerToken: '' }
  akeyless.state.k8sAuth({ accessId, config: 'away', k8s })

  const reason = await bench.reasonOf(
    open({ k8sConfName: 'away', serviceAccountRef: { name: 'app' } }).check(reading()),
  )

  expect(reason).toBe('GatewayUnreachable')
})

test('an auth config that the Gateway does not know is AuthFailed that names it', async () => {
  const reason = await bench.reasonOf(
    open({ k8sConfName: 'none', serviceAccountRef: { name: 'app' } }).check(reading()),
  )

  expect(reason).toBe('AuthFailed')
  expect(bench.seen()).toContain('auth config \\"none\\"'.replaceAll('\\', ''))
})

test('a mistyped auth config in the stores of many ServiceAccounts holds no other store of the access id back', async () => {
  const many = Array.from({ length: 12 }, (_, n) => `mistyped-${n}`)
  for (const name of many) references.setAccount(name, () => 'canary-jwt-app')
  const checkOf = (name: string, k8sConfName: string) =>
    bench.reasonOf(open({ k8sConfName, serviceAccountRef: { name } }).check(reading()))

  const ends = await Promise.all([...many.map((it) => checkOf(it, 'prdo')), checkOf('app', 'prod')])

  expect(ends.at(-1)).toBe('ok')
  expect(akeyless.calls.count('/auth')).toBeLessThanOrEqual(8)
})

test('neither ServiceAccount nor Secret is InvalidSpec', async () => {
  expect(await bench.reasonOf(open({}).check(reading()))).toBe('InvalidSpec')
})
