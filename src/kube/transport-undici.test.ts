import { setImmediate as nextTurn } from 'node:timers/promises'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { json, startBlackHole, startLoopbackServer } from '../../test/fakes/loopback-server.ts'
import { Redacted } from '../std/redacted.ts'
import type { Connection } from './connection.ts'
import { TransportError } from './errors.ts'
import type { HttpRequest } from './transport.ts'
import { createTransport, type ResponseFact } from './transport-undici.ts'

const canary = 'canary-token-41c0'

function connectionTo(server: string, more: Partial<Connection> = {}): Connection {
  const tls = {}
  const authorization = new Redacted(`Bearer ${canary}`)
  return {
    server,
    skipTlsVerify: false,
    headers: {},
    tls: () => Promise.resolve(tls),
    authorization: () => Promise.resolve(authorization),
    ...more,
  }
}

function get(path: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return { method: 'GET', path, signal: new AbortController().signal, timeoutMs: 5000, ...more }
}

const options = { userAgent: 'keyferry/test' }

test('request() sends the path below the base path with User-Agent and Authorization', async () => {
  await using server = await startLoopbackServer()
  server.answer(json(201, { a: 'ä' }))
  const transport = createTransport(connectionTo(`${server.url}/clusters/x`), options)

  const response = await transport.request(
    get('/api/v1/x?y=1', { method: 'POST', body: '{"b":"ö"}', headers: { accept: 'application/json' } }),
  )

  expect(response.status).toBe(201)
  expect(response.body).toBe('{"a":"ä"}')
  expect(server.seen).toMatchObject([
    {
      method: 'POST',
      path: '/clusters/x/api/v1/x?y=1',
      body: '{"b":"ö"}',
      headers: {
        'user-agent': 'keyferry/test',
        authorization: `Bearer ${canary}`,
        accept: 'application/json',
      },
    },
  ])
  await transport.close()
})

test('1,000 requests at once use no more than 50 connections, and close() leaves none', async () => {
  await using server = await startLoopbackServer()
  const transport = createTransport(connectionTo(server.url), options)

  const responses = await Promise.all(
    Array.from({ length: 1000 }, () => transport.request(get('/x', { timeoutMs: 50_000 }))),
  )

  expect(responses.every((it) => it.status === 200)).toBe(true)
  expect(server.accepted).toBeLessThanOrEqual(50)
  expect(server.open).toBeGreaterThan(0)
  await transport.close()
  await expect.poll(() => server.open, { timeout: 5000 }).toBe(0)
}, 60_000)

test('close() ends what is under way, leaves no timer and refuses what comes later', async () => {
  await using hole = await startBlackHole()
  const before = timers()
  const transport = createTransport(connectionTo(`http://127.0.0.1:${hole.port}`), options)
  const request = transport.request(get('/x'))
  const stream = transport.stream(get('/x'))
  const outcome = Promise.allSettled([request, stream])
  await expect.poll(() => hole.open, { timeout: 5000 }).toBe(2)

  await transport.close()

  expect((await outcome).map((it) => it.status === 'rejected' && it.reason.code)).toEqual([
    'UND_ERR_DESTROYED',
    'UND_ERR_DESTROYED',
  ])
  await expect.poll(() => hole.open, { timeout: 5000 }).toBe(0)
  // The process may have timers that come and go, but they are not ours.
  for (let turn = 0; turn < 100 && timers() > before; turn++) await nextTurn()
  expect(timers()).toBeLessThanOrEqual(before)
  await expect(transport.request(get('/x'))).rejects.toMatchObject({ code: 'UND_ERR_CLOSED' })
})

test('close() destroys a connection whose TLS handshake has not ended', async () => {
  await using hole = await startBlackHole()
  const transport = createTransport(connectionTo(`https://127.0.0.1:${hole.port}`), options)
  const outcome = Promise.allSettled([transport.request(get('/x'))])
  await expect.poll(() => hole.open, { timeout: 5000 }).toBe(1)

  await transport.close()

  expect((await outcome)[0].status).toBe('rejected')
  await expect.poll(() => hole.open, { timeout: 5000 }).toBe(0)
})

test('a server that accepts and never answers costs the timeout of the request', async () => {
  await using hole = await startBlackHole()
  const transport = createTransport(connectionTo(`http://127.0.0.1:${hole.port}`), options)
  const startedAt = performance.now()

  const error = await failureOf(transport.request(get('/x', { timeoutMs: 100 })))

  expect(error).toMatchObject({ name: 'TransportError', code: 'ETIMEDOUT' })
  expect(performance.now() - startedAt).toBeLessThan(3000)
  await transport.close()
})

test('a handshake that does not end costs the connect timeout', async () => {
  await using hole = await startBlackHole()
  const connection = connectionTo(`https://127.0.0.1:${hole.port}`)
  const transport = createTransport(connection, { ...options, connectTimeoutMs: 100 })

  const error = await failureOf(transport.request(get('/x')))

  expect(error).toMatchObject({ code: 'UND_ERR_CONNECT_TIMEOUT' })
  await expect.poll(() => hole.open, { timeout: 5000 }).toBe(0)
  await transport.close()
})

test('signal and timeout end a request that waits for a connection, and it is never sent', async () => {
  await using server = await startLoopbackServer()
  server.answer(() => undefined)
  const transport = createTransport(connectionTo(server.url), { ...options, maxConnections: 1 })
  const first = new AbortController()
  const blocking = failureOf(transport.request(get('/first', { signal: first.signal })))
  await expect.poll(() => server.seen.length, { timeout: 5000 }).toBe(1)
  const second = new AbortController()
  const reason = new Error('stopped')

  const aborted = failureOf(transport.request(get('/second', { signal: second.signal })))
  const late = failureOf(transport.request(get('/third', { timeoutMs: 50 })))
  second.abort(reason)

  expect(await aborted).toBe(reason)
  expect(await late).toMatchObject({ code: 'ETIMEDOUT' })
  server.answer(json(200, {}))
  first.abort(reason)
  expect(await blocking).toBe(reason)
  await transport.request(get('/fourth'))
  expect(server.seen.map((it) => it.path)).toEqual(['/first', '/fourth'])
  await transport.close()
})

test('a 401 reads the credential anew and is replayed once with it', async () => {
  await using server = await startLoopbackServer()
  const tokens = [new Redacted('Bearer old'), new Redacted('Bearer new')]
  const authorization = async (refused?: Redacted) => (refused === tokens[0] ? tokens[1] : tokens[0])
  server.answer(json(401, {}), json(200, { ok: true }))
  const transport = createTransport(connectionTo(server.url, { authorization }), options)

  const response = await transport.request(get('/x', { method: 'POST', body: '{}' }))

  expect(response.status).toBe(200)
  expect(server.seen.map((it) => [it.headers.authorization, it.body])).toEqual([
    ['Bearer old', '{}'],
    ['Bearer new', '{}'],
  ])
  await transport.close()
})

test('a 401 is an answer when the credential did not change, and when the new one is refused too', async () => {
  await using server = await startLoopbackServer()
  server.answer(json(401, {}))
  const same = createTransport(connectionTo(server.url), options)
  const authorization = async () => new Redacted('Bearer always another')
  const changing = createTransport(connectionTo(server.url, { authorization }), options)

  const [first, second] = [await same.request(get('/same')), await changing.request(get('/changing'))]

  expect([first.status, second.status]).toEqual([401, 401])
  expect(server.seen.map((it) => it.path)).toEqual(['/same', '/changing', '/changing'])
  await Promise.all([same.close(), changing.close()])
})

test('a redirect is an answer and is not followed', async () => {
  await using other = await startLoopbackServer()
  await using server = await startLoopbackServer()
  server.answer(json(302, {}, { location: `${other.url}/elsewhere` }))
  const transport = createTransport(connectionTo(server.url), options)

  const response = await transport.request(get('/x'))

  expect(response.status).toBe(302)
  expect(other.accepted).toBe(0)
  await transport.close()
})

test('an answer above the cap is an error, with and without Content-Length', async () => {
  await using server = await startLoopbackServer()
  const transport = createTransport(connectionTo(server.url), { ...options, maxBodyBytes: 1000 })
  const big = 'x'.repeat(2000)

  server.answer((_request, response) => response.writeHead(200, { 'content-length': '2000' }).end(big))
  const sized = await failureOf(transport.request(get('/x')))
  server.answer((_request, response) => void response.writeHead(200).write(big))
  const chunked = await failureOf(transport.request(get('/x')))

  expect([sized, chunked]).toMatchObject([
    { code: 'UND_ERR_RES_EXCEEDED_MAX_SIZE' },
    { code: 'UND_ERR_RES_EXCEEDED_MAX_SIZE' },
  ])
  await transport.close()
})

test('a body that is cut short is an error', async () => {
  await using server = await startLoopbackServer()
  const transport = createTransport(connectionTo(server.url), options)
  server.answer((_request, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{"a":')
    setTimeout(() => response.destroy(), 20)
  })

  const error = await failureOf(transport.request(get('/x')))

  expect(error).toBeInstanceOf(TransportError)
  await transport.close()
})

test('every attempt is told to onResponse', async () => {
  await using server = await startLoopbackServer()
  const facts: ResponseFact[] = []
  const onResponse = (fact: ResponseFact) => void facts.push(fact)
  const transport = createTransport(connectionTo(server.url), { ...options, onResponse })
  server.answer(json(404, {}), (_request, response) => void response.destroy())

  await transport.request(get('/x'))
  await failureOf(transport.request(get('/x', { method: 'DELETE' })))

  const host = `127.0.0.1:${server.port}`
  expect(facts).toMatchObject([
    { method: 'GET', code: '404', host },
    { method: 'DELETE', code: '<error>', host },
  ])
  await transport.close()
})

test('no error shows the credential or a piece of the answer', async () => {
  await using server = await startLoopbackServer()
  await using hole = await startBlackHole()
  const transport = createTransport(connectionTo(server.url), { ...options, maxBodyBytes: 500 })
  const dead = createTransport(connectionTo(`http://127.0.0.1:${hole.port}`), options)
  const closed = createTransport(connectionTo('http://127.0.0.1:1'), options)
  const secret = 'canary-body-7713'
  const raw = (text: string) => server.answer((_request, response) => void response.socket?.end(text))

  const errors: unknown[] = []
  raw(`HTTP/1.1 200 OK\r\nBad Header ${secret}: x\r\n\r\n`)
  errors.push(await failureOf(transport.request(get('/x'))))
  raw(`${secret} is not HTTP`)
  errors.push(await failureOf(transport.request(get('/x'))))
  raw(`HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n${secret.repeat(56)}`)
  errors.push(await failureOf(transport.request(get('/x'))))
  errors.push(await failureOf(dead.request(get('/x', { timeoutMs: 20 }))))
  errors.push(await failureOf(closed.request(get('/x'))))

  expect(errors.every((it) => it instanceof TransportError)).toBe(true)
  const shown = errors.map((it) => inspect(it, { depth: 20, showHidden: true })).join('\n')
  expect(shown).not.toContain(canary)
  expect(shown).not.toContain('canary-body')
  await Promise.all([transport.close(), dead.close(), closed.close()])
})

function timers(): number {
  return process.getActiveResourcesInfo().filter((it) => it === 'Timeout' || it === 'Immediate').length
}

function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  )
}

test('a request that may not go any more once it has its connection is not sent, and says why', async () => {
  await using server = await startLoopbackServer()
  const transport = createTransport(connectionTo(server.url), options)
  let mayGo = true
  const request = get('/late', {
    mayGo: () => {
      if (!mayGo) throw new RangeError('too late')
    },
  })
  const sent = transport.request(request)
  // Every wait for credentials and a connection is still before it.
  mayGo = false

  await expect(sent).rejects.toThrow(new RangeError('too late'))
  expect(server.seen).toEqual([])
  mayGo = true
  expect((await transport.request(request)).status).toBe(200)
  await transport.close()
})
