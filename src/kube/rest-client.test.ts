import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import {
  type Answer,
  json,
  type LoopbackServer,
  startLoopbackServer,
} from '../../test/fakes/loopback-server.ts'
import { ManualClock } from '../../test/fakes/manual-clock.ts'
import { Redacted } from '../std/redacted.ts'
import type { Client } from './client.ts'
import type { Connection } from './connection.ts'
import { ApiError, TransportError } from './errors.ts'
import { leaseKind, secretKind } from './kind.ts'
import { createClient } from './rest-client.ts'
import type { Transport } from './transport.ts'
import { createTransport } from './transport-undici.ts'

const signal = new AbortController().signal
const canary = 'canary-token-90ab'
const ref = { namespace: 'shop', name: 'db' }
const secret = { apiVersion: 'v1', kind: 'Secret', metadata: ref }
const write = { fieldManager: 'test', signal }

interface Rig extends AsyncDisposable {
  readonly server: LoopbackServer
  readonly connection: Connection
  readonly transport: Transport
  readonly client: Client
}

async function setUp(...answers: readonly Answer[]): Promise<Rig> {
  const server = await startLoopbackServer()
  server.answer(...answers)
  const tls = {}
  const authorization = new Redacted(`Bearer ${canary}`)
  const connection = {
    server: server.url,
    skipTlsVerify: false,
    headers: {},
    tls: async () => tls,
    authorization: async () => authorization,
  }
  const transport = createTransport(connection, { userAgent: 'keyferry/test' })
  return {
    server,
    connection,
    transport,
    client: createClient(transport, { random: () => 0 }),
    async [Symbol.asyncDispose]() {
      await transport.close()
      await server[Symbol.asyncDispose]()
    },
  }
}

const reset: Answer = (_request, response) => void response.socket?.resetAndDestroy()

function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  )
}

test('a 429 is asked again after Retry-After, also for a create', async () => {
  await using rig = await setUp(json(429, {}, { 'retry-after': '1' }), json(201, secret))
  const startedAt = performance.now()

  await rig.client.create(secretKind, secret, write)

  expect(rig.server.seen.length).toBe(2)
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(1000)
})

test('a 503 is asked again for a read, not for a patch', async () => {
  await using rig = await setUp(json(503, {}, { 'retry-after': '0' }), json(200, secret), json(503, {}))

  const read = await rig.client.get(secretKind, ref, { signal })
  const patch = await failureOf(rig.client.mergePatch(secretKind, ref, {}, write))

  expect(read).toEqual(secret)
  expect(patch).toMatchObject({ status: 503 })
  expect(rig.server.seen.map((it) => it.method)).toEqual(['GET', 'GET', 'PATCH'])
})

test('a reset on a connection that was used before is asked again for a read, not for a create', async () => {
  await using rig = await setUp(json(200, secret), reset, json(200, secret), reset, json(201, secret))
  const transport = createTransport(rig.connection, { userAgent: 'keyferry/test', maxConnections: 1 })
  const client = createClient(transport)

  await client.get(secretKind, ref, { signal })
  await client.get(secretKind, ref, { signal })
  const create = await failureOf(client.create(secretKind, secret, write))

  expect(create).toBeInstanceOf(TransportError)
  expect(rig.server.seen.map((it) => it.method)).toEqual(['GET', 'GET', 'GET', 'POST'])
  expect(rig.server.accepted).toBe(2)
  await transport.close()
})

test('a forced apply is repeated after a reset, one without force is not', async () => {
  await using rig = await setUp(reset, json(200, secret), reset)

  const forced = await rig.client.apply(secretKind, secret, { ...write, force: true })
  const plain = await failureOf(rig.client.apply(secretKind, secret, { ...write, force: false }))

  expect(forced).toEqual({ object: secret, created: false })
  expect(plain).toBeInstanceOf(TransportError)
  expect(rig.server.seen.map((it) => it.path)).toEqual([
    '/api/v1/namespaces/shop/secrets/db?fieldManager=test&force=true',
    '/api/v1/namespaces/shop/secrets/db?fieldManager=test&force=true',
    '/api/v1/namespaces/shop/secrets/db?fieldManager=test&force=false',
  ])
  expect(rig.server.seen[0]?.headers['content-type']).toBe('application/apply-patch+yaml')
})

test('a delete by uid whose answer was lost is done when the object is gone', async () => {
  await using rig = await setUp(reset, json(404, {}), json(404, {}))

  await rig.client.delete(secretKind, ref, { signal, uid: 'u1' })
  const second = await failureOf(rig.client.delete(secretKind, ref, { signal, uid: 'u1' }))

  expect(second).toMatchObject({ status: 404 })
  expect(JSON.parse(rig.server.seen[0]?.body ?? '')).toEqual({
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    preconditions: { uid: 'u1' },
  })
})

test('getPath() is a read like any other: a lost answer and a 503 are asked again, what stands is given as it is', async () => {
  await using rig = await setUp(reset, json(503, {}), json(200, { paths: 1 }), json(404, { not: 'here' }))

  const found = await rig.client.getPath('/openapi/v3', { signal })
  const missing = await rig.client.getPath('/nope', { signal })

  expect([found, missing]).toEqual([
    { status: 200, body: '{"paths":1}' },
    { status: 404, body: '{"not":"here"}' },
  ])
})

test('the timeout of a call covers all its attempts', async () => {
  await using rig = await setUp(json(503, {}, { 'retry-after': '1' }))
  const clock = new ManualClock()
  const client = createClient(rig.transport, { clock, random: () => 0 })

  const failing = failureOf(client.get(secretKind, ref, { signal, timeoutMs: 1900 }))
  // The timeout, and the wait for the second attempt.
  await expect.poll(() => clock.timerCount, { timeout: 5000 }).toBe(2)
  clock.advance(1100)
  const error = await failing

  expect(error).toMatchObject({ name: 'ApiError', status: 503 })
  expect(rig.server.seen).toHaveLength(2)
})

test('a call that gets no answer ends with its timeout, and says what was asked', async () => {
  await using rig = await setUp(() => undefined)

  const error = await failureOf(rig.client.get(secretKind, ref, { signal, timeoutMs: 50 }))

  expect(error).toMatchObject({
    message: 'Cannot get Secret shop/db: no answer within 50 ms',
    code: 'ETIMEDOUT',
  })
})

test('a client of its own never waits behind another that is full', async () => {
  await using rig = await setUp(() => undefined)
  const busy = createClient(rig.transport, { maxInFlight: 2 })
  const lease = createClient(rig.transport, { maxInFlight: 1 })
  const controller = new AbortController()
  const reason = new Error('stopped')
  const calls = Array.from({ length: 100 }, () =>
    failureOf(busy.get(secretKind, ref, { signal: controller.signal })),
  )
  await expect.poll(() => rig.server.seen.length, { timeout: 5000 }).toBe(2)

  rig.server.answer(json(200, { kind: 'Lease' }))
  const answer = await lease.get(leaseKind, ref, { signal, timeoutMs: 5000 })
  controller.abort(reason)

  expect(answer).toEqual({ kind: 'Lease' })
  expect(new Set(await Promise.all(calls))).toEqual(new Set([reason]))
  expect(rig.server.seen.length).toBe(3)
})

test('a redirect is an error, and nothing goes to where it points', async () => {
  await using other = await startLoopbackServer()
  await using rig = await setUp(json(307, {}, { location: `${other.url}/x` }))

  const error = await failureOf(rig.client.createToken(ref, { signal, expirationSeconds: 600 }))

  expect(error).toMatchObject({
    message:
      'Cannot request a token of ServiceAccount shop/db: status is 307, a redirect is not followed: check the server address',
  })
  expect(other.accepted).toBe(0)
})

test('no error shows the credential, what was sent or what came back', async () => {
  const page: Answer = (_request, response) => response.writeHead(200).end(`<html>${canary}`)
  const refusal: Answer = (_request, response) => response.writeHead(403).end(`<html>${canary}`)
  const echo = json(422, {
    kind: 'Status',
    message: `invalid: ${canary}`,
    reason: `Invalid ${canary}`,
    details: { kind: canary, causes: [{ reason: canary, field: `data: "${canary}"`, message: canary }] },
  })
  await using rig = await setUp(
    page,
    refusal,
    echo,
    json(200, { status: { token: '' } }),
    json(401, { token: canary }),
  )

  const errors = [
    await failureOf(rig.client.get(secretKind, ref, { signal })),
    await failureOf(rig.client.get(secretKind, ref, { signal })),
    await failureOf(rig.client.create(secretKind, secret, write)),
    await failureOf(rig.client.createToken(ref, { signal, expirationSeconds: 600 })),
    await failureOf(rig.client.reviewToken(new Redacted(canary), { signal })),
  ]

  expect(errors.map((it) => (it as Error).message)).toEqual([
    'Cannot get Secret shop/db: the answer is no API object, check that the server is a Kubernetes API server',
    'Cannot get Secret shop/db: status is 403, check the RBAC rules of this identity',
    'Cannot create Secret shop/db: status is 422',
    'Cannot request a token of ServiceAccount shop/db: the answer is no API object, check that the server is a Kubernetes API server',
    'Cannot review a token: status is 401, the credential was refused',
  ])
  expect(errors[2]).toBeInstanceOf(ApiError)
  expect(inspect(errors, { depth: 20, showHidden: true })).not.toContain(canary)
})

test('a TokenReview error that quotes the token is not passed on', async () => {
  await using rig = await setUp(json(201, { status: { error: `bad token ${canary}` } }))

  const review = await rig.client.reviewToken(new Redacted(canary), { signal })

  expect(review).toEqual({ authenticated: false, error: 'the token is not valid' })
})
