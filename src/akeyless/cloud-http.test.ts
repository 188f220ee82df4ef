import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect as connectTcp } from 'node:net'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { selfSigned } from '../../test/fakes/akeyless/certificates.ts'
import type { ServingCertificate } from '../../test/fakes/akeyless/stand-in.ts'
import { type LoopbackServer, startBlackHole, startLoopbackServer } from '../../test/fakes/loopback-server.ts'
import { ManualClock } from '../../test/fakes/manual-clock.ts'
import { failure } from '../api/reason.ts'
import type { Failure } from '../std/failure.ts'
import { Redacted } from '../std/redacted.ts'
import { CloudHttp } from './cloud-http.ts'
import { CloudTokens } from './cloud-tokens.ts'

let certificate: ServingCertificate
let server: LoopbackServer
let http: CloudHttp

beforeAll(async () => {
  certificate = await selfSigned()
})
beforeEach(async () => {
  server = await startLoopbackServer({ cert: certificate.certificatePem, key: certificate.privateKeyPem })
  http = new CloudHttp({ caPem: certificate.certificatePem })
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await http.close()
  await server[Symbol.asyncDispose]()
})

const ask = (url = server.url, isLocal = false, signal = AbortSignal.timeout(20_000)) =>
  http.ask({ what: 'do it at STS', method: 'POST', url: new URL(url), body: 'canary-body', isLocal, signal })

const answers = (status: number, headers: Record<string, string> = {}, body = 'canary-answer') =>
  server.answer((_, response) => void response.writeHead(status, headers).end(body))

test.each([
  [429, { 'retry-after': '7' }, { reason: 'Throttled', retryAfterMs: 7000 }],
  [429, {}, { reason: 'Throttled', retryAfterMs: undefined }],
  [429, { 'retry-after': '0' }, { reason: 'Throttled', retryAfterMs: undefined }],
  [503, { 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }, { retryAfterMs: undefined }],
  [503, {}, { reason: 'AuthFailed', message: 'Cannot do it at STS: status is 503; it is tried again' }],
  [307, { location: 'https://127.0.0.1:1/' }, { reason: 'UnexpectedResponse' }],
] as const)('status %i with %j is a failure that shows no body', async (status, headers, expected) => {
  answers(status, headers)

  const error = await ask().catch((it: unknown) => it)

  expect(error).toMatchObject(expected)
  expect((error as Error).message).not.toContain('canary')
  expect(server.seen).toHaveLength(1)
})

test('a cloud may say by a date when to ask again', async () => {
  answers(503, { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() })

  const error = await ask().catch((it: unknown) => it)

  expect(error).toMatchObject({ reason: 'AuthFailed', retryAfterMs: expect.any(Number) })
  expect((error as Failure).retryAfterMs).toBeGreaterThan(3_500_000)
  expect((error as Failure).retryAfterMs).toBeLessThanOrEqual(3_600_000)
})

test('an answer without end is cut off', async () => {
  answers(200, {}, 'x'.repeat(300 * 1024))

  await expect(ask()).rejects.toThrow('Cannot do it at STS: the answer is too long')
})

test.each([
  ['a closed port', 'https://127.0.0.1:1', 'AuthFailed', 'the connection is refused'],
  ['an unknown name', 'https://none.invalid', 'DNSFailure', 'its name does not resolve'],
])('%s says which leg failed', async (_, url, reason, words) => {
  const error = await ask(url).catch((it: unknown) => it)

  expect(error).toMatchObject({ reason })
  expect((error as Error).message).toMatch(/^Cannot do it at STS: /)
  expect((error as Error).message).toContain(words)
})

test('a certificate of an unknown CA is TLSFailure that says where Node learns of it', async () => {
  await http.close()
  http = new CloudHttp()

  await expect(ask()).rejects.toMatchObject({
    reason: 'TLSFailure',
    message: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
  })
})

test('a metadata endpoint that says nothing is given up after five seconds', async () => {
  const hole = await startBlackHole()
  const began = performance.now()

  const error = await ask(`http://127.0.0.1:${hole.port}`, true).catch((it: unknown) => it)
  await hole[Symbol.asyncDispose]()

  expect(error).toMatchObject({ reason: 'AuthFailed', message: expect.stringContaining('no answer in time') })
  expect(performance.now() - began).toBeLessThan(15_000)
})

test('an aborted signal ends the wait with its reason', async () => {
  const hole = await startBlackHole()
  const reason = new Error('enough')

  const asked = ask(`http://127.0.0.1:${hole.port}`, true, AbortSignal.abort(reason))

  await expect(asked).rejects.toBe(reason)
  await hole[Symbol.asyncDispose]()
})

describe('with a proxy', () => {
  const asked: string[] = []
  const proxy = createServer()
  proxy.on('connect', (request, socket) => {
    asked.push(request.url ?? '')
    const target = connectTcp(server.port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      target.pipe(socket).pipe(target)
    })
    for (const it of [socket, target]) it.on('error', () => undefined)
  })

  beforeEach(async () => {
    asked.length = 0
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    const { port } = proxy.address() as AddressInfo
    vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${port}`)
    vi.stubEnv('HTTP_PROXY', `http://127.0.0.1:${port}`)
    vi.stubEnv('NO_PROXY', '')
    await http.close()
    http = new CloudHttp({ caPem: certificate.certificatePem })
  })
  afterEach(async () => {
    proxy.closeAllConnections()
    await new Promise((resolve) => proxy.close(resolve))
  })

  test('STS and Entra are reached through it, end to end by TLS', async () => {
    expect(await ask(`https://localhost:${server.port}`)).toMatchObject({ status: 200 })
    expect(asked).toEqual([`localhost:${server.port}`])
  })

  test('metadata endpoints are not', async () => {
    await using plain = await startLoopbackServer()

    expect(await ask(plain.url, true)).toMatchObject({ status: 200 })
    expect(asked).toEqual([])
    expect(plain.seen).toHaveLength(1)
  })
})

describe('tokens of clouds', () => {
  const clock = new ManualClock()
  const tokens = new CloudTokens<string>(clock)
  const signal = AbortSignal.timeout(20_000)
  const grant =
    (value: string, lifeMs = 3_600_000) =>
    async () => ({
      value: new Redacted(value),
      expiresAtMs: clock.now() + lifeMs,
    })
  const get = async (key: string, request: ReturnType<typeof grant>) =>
    (await tokens.get([key], request, signal)).value.reveal()

  test('serve until a minute before their end, each to its own identity', async () => {
    expect([await get('a', grant('1')), await get('a', grant('2')), await get('b', grant('3'))]).toEqual([
      '1',
      '1',
      '3',
    ])
    clock.advance(3_600_000 - 59_000)

    expect(await get('a', grant('4'))).toBe('4')
  })

  test('are asked for once by all who wait', async () => {
    let requests = 0
    const request = async () => {
      requests += 1
      return grant('x')()
    }

    await Promise.all(Array.from({ length: 50 }, () => get('many', request)))

    expect(requests).toBe(1)
  })

  test('that cannot be had are not asked for again for five seconds', async () => {
    let requests = 0
    const cause = new Error('no connection')
    const request = async () => {
      requests += 1
      throw failure('AuthFailed', 'Cannot do it', { cause })
    }
    const error = async () => get('bad', request).catch((it: unknown) => it)

    await error()
    clock.advance(2000)

    const message = 'Cannot do it'
    expect(await error()).toMatchObject({ reason: 'AuthFailed', message, retryAfterMs: 3000, cause })
    expect(requests).toBe(1)
    clock.advance(3000)
    await error()
    expect(requests).toBe(2)
  })

  test('that a cloud wants to be asked for tomorrow only are asked for again after five minutes', async () => {
    const request = async () => {
      throw failure('Throttled', 'status is 429', { retryAfterMs: 86_000_000 })
    }
    await expect(get('tomorrow', request)).rejects.toThrow('429')
    clock.advance(299_999)
    await expect(get('tomorrow', grant('1'))).rejects.toThrow('429')
    clock.advance(1)

    expect(await get('tomorrow', grant('1'))).toBe('1')
  })

  test('that were dropped are asked for again', async () => {
    await get('dropped', grant('1'))
    tokens.drop(['dropped'])

    expect(await get('dropped', grant('2'))).toBe('2')
  })
})
