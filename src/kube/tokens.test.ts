import { expect, test } from 'vitest'
import { json, startLoopbackServer } from '../../test/fakes/loopback-server.ts'
import { ManualClock } from '../../test/fakes/manual-clock.ts'
import { Redacted } from '../std/redacted.ts'
import type { Connection } from './connection.ts'
import { ApiError } from './errors.ts'
import { createClient } from './rest-client.ts'
import { asServiceAccount } from './tokens.ts'
import { createTransport } from './transport-undici.ts'

const userAgent = 'keyferry/test'
const signal = new AbortController().signal
const get = { method: 'GET', path: '/x', signal, timeoutMs: 5000 } as const

/** An API server that mints numbered tokens of an hour. */
async function setUp() {
  const server = await startLoopbackServer()
  const clock = new ManualClock()
  const state = { minted: 0, status: 201 }
  server.answer((request, response) => {
    if (!request.path.endsWith('/token')) return json(200, {})(request, response)
    if (state.status !== 201) return json(state.status, {})(request, response)
    state.minted += 1
    const expirationTimestamp = new Date(clock.now() + 3_600_000).toISOString()
    return json(201, { status: { token: `minted-${state.minted}`, expirationTimestamp } })(request, response)
  })
  const material = { ca: undefined, cert: undefined }
  const base: Connection = {
    server: server.url,
    skipTlsVerify: false,
    headers: { 'impersonate-user': 'jane' },
    tls: async () => material,
    authorization: async () => new Redacted('Bearer base'),
  }
  const transport = createTransport(base, { userAgent })
  const serviceAccount = { namespace: 'keyferry', name: 'half' }
  const half = asServiceAccount(base, { client: createClient(transport), serviceAccount, signal, clock })
  return {
    server,
    clock,
    state,
    base,
    half,
    async [Symbol.asyncDispose]() {
      await transport.close()
      await server[Symbol.asyncDispose]()
    },
  }
}

test('one token serves all who ask, and is renewed at 80 % of its life', async () => {
  await using rig = await setUp()

  const all = await Promise.all([
    rig.half.authorization(),
    rig.half.authorization(),
    rig.half.authorization(),
  ])
  rig.clock.advance(2_879_000)
  const early = await rig.half.authorization()
  rig.clock.advance(2000)
  const renewed = await rig.half.authorization()

  const shown = [...all, early, renewed].map((it) => it?.reveal())
  expect(shown).toEqual(
    ['minted-1', 'minted-1', 'minted-1', 'minted-1', 'minted-2'].map((it) => `Bearer ${it}`),
  )
  expect(JSON.parse(rig.server.seen[0]?.body ?? '')).toMatchObject({ spec: { expirationSeconds: 3600 } })
})

test('the old token serves until it expires while no new one is to be had', async () => {
  await using rig = await setUp()
  await rig.half.authorization()
  rig.state.status = 403

  rig.clock.advance(3_500_000)
  const kept = await rig.half.authorization()
  rig.clock.advance(110_000)

  expect(kept?.reveal()).toBe('Bearer minted-1')
  await expect(rig.half.authorization()).rejects.toBeInstanceOf(ApiError)
  rig.state.status = 201
  expect((await rig.half.authorization())?.reveal()).toBe('Bearer minted-2')
})

test('requests as the ServiceAccount carry its token and nothing of the base identity', async () => {
  await using rig = await setUp()
  const material = { ca: undefined, cert: 'client certificate', key: new Redacted('key') }
  const connection = asServiceAccount(
    { ...rig.base, tls: async () => material },
    {
      client: createClient(createTransport(rig.base, { userAgent })),
      serviceAccount: { namespace: 'a', name: 'b' },
      signal,
    },
  )
  const transport = createTransport(rig.half, { userAgent })

  await transport.request(get)
  const first = await connection.tls()
  const second = await connection.tls()

  expect(rig.server.seen.at(-1)?.headers).toMatchObject({ authorization: 'Bearer minted-1' })
  expect(rig.server.seen.at(-1)?.headers['impersonate-user']).toBeUndefined()
  expect(first).toEqual({ ca: undefined })
  expect(second).toBe(first)
  await transport.close()
})

test('a refused token costs one request for another', async () => {
  await using rig = await setUp()
  const first = await rig.half.authorization()
  rig.clock.advance(1000)

  const [a, b] = await Promise.all([rig.half.authorization(first), rig.half.authorization(first)])

  expect([a, b].map((it) => it?.reveal())).toEqual(['Bearer minted-2', 'Bearer minted-2'])
  expect(rig.state.minted).toBe(2)
})

test('a transport whose token cannot be had says why', async () => {
  await using rig = await setUp()
  rig.state.status = 403
  const transport = createTransport(rig.half, { userAgent })

  await expect(transport.request(get)).rejects.toMatchObject({
    code: 'CREDENTIAL',
    message:
      'Cannot authenticate to the API server: Cannot request a token of ServiceAccount keyferry/half: status is 403, check the RBAC rules of this identity',
  })
  await transport.close()
})
