import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { json, startLoopbackServer } from '../../test/fakes/loopback-server.ts'
import { ManualClock } from '../../test/fakes/manual-clock.ts'
import type { Connection } from './connection.ts'
import { TransportError } from './errors.ts'
import type { HttpRequest } from './transport.ts'
import { createTransport } from './transport-undici.ts'

const options = { userAgent: 'keyferry/test' }
const none = {}
/** As long as a busy machine may take. */
const within = { timeout: 5000 }

function connectionTo(server: string): Connection {
  return {
    server,
    skipTlsVerify: false,
    headers: {},
    tls: async () => none,
    authorization: async () => undefined,
  }
}

function get(path: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return { method: 'GET', path, signal: new AbortController().signal, timeoutMs: 5000, ...more }
}

test('stream() gives the head within its timeout, then lasts, and ends with its signal', async () => {
  await using server = await startLoopbackServer()
  let more = (): unknown => undefined
  server.answer((_request, response) => {
    response.writeHead(200).write('one')
    more = () => response.write('two')
  })
  const clock = new ManualClock()
  const transport = createTransport(connectionTo(server.url), { ...options, clock })
  const controller = new AbortController()
  const reason = new Error('stopped')

  const stream = await transport.stream(get('/watch', { signal: controller.signal, timeoutMs: 100 }))
  clock.advance(100)
  more()
  const chunks: string[] = []
  const reading = failureOf(
    (async () => {
      for await (const chunk of stream.chunks) {
        chunks.push(Buffer.from(chunk).toString())
        if (chunks.join('') === 'onetwo') controller.abort(reason)
      }
    })(),
  )

  expect(await reading).toBe(reason)
  expect(chunks.join('')).toBe('onetwo')
  await expect.poll(() => server.open, within).toBe(0)
  await transport.close()
})

test('stream() fails when no head comes in time, and requests do not wait behind streams', async () => {
  await using server = await startLoopbackServer()
  server.answer(() => undefined)
  const transport = createTransport(connectionTo(server.url), { ...options, maxConnections: 1 })

  const error = await failureOf(transport.stream(get('/watch', { timeoutMs: 50 })))
  server.answer((_request, response) => void response.writeHead(200).write('x'))
  const streams = await Promise.all(Array.from({ length: 5 }, () => transport.stream(get('/watch'))))
  server.answer(json(200, {}))
  const response = await transport.request(get('/x'))

  expect(error).toMatchObject({ code: 'ETIMEDOUT' })
  expect([streams.length, response.status]).toEqual([5, 200])
  await transport.close()
  await expect(streams[0]?.chunks[Symbol.asyncIterator]().next()).rejects.toBeInstanceOf(TransportError)
})

test('a reader that leaves ends the stream, and a cut in the middle is an error', async () => {
  await using server = await startLoopbackServer()
  server.answer((_request, response) => void response.writeHead(200).write('x'))
  const transport = createTransport(connectionTo(server.url), options)

  const left = await transport.stream(get('/watch'))
  for await (const chunk of left.chunks) {
    if (chunk.length > 0) break
  }
  await expect.poll(() => server.open, within).toBe(0)
  const cut = (await transport.stream(get('/watch'))).chunks[Symbol.asyncIterator]()
  await cut.next()
  server.cut()

  await expect(cut.next()).rejects.toBeInstanceOf(TransportError)
  await transport.close()
})

test('nothing stays behind on the signal of a stream or request that ended', async () => {
  await using server = await startLoopbackServer()
  const transport = createTransport(connectionTo(server.url), options)
  const { signal } = new AbortController()

  await transport.request(get('/x', { signal }))
  const stream = await transport.stream(get('/watch', { signal }))
  const during = getEventListeners(signal, 'abort').length
  for await (const chunk of stream.chunks) expect(chunk.length).toBeGreaterThan(0)
  server.answer((_request, response) => void response.destroy())
  await failureOf(transport.stream(get('/watch', { signal })))

  expect(during).toBe(1)
  await expect.poll(() => getEventListeners(signal, 'abort').length, within).toBe(0)
  await transport.close()
})

function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  )
}
