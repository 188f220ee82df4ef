import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  answer,
  blackHole,
  blackHoleAtLine,
  delay,
  delayLine,
  dropLine,
  duplicateLine,
  errorEvent,
  type Fault,
  injectLine,
  replaceLine,
  reset,
  resetAtLine,
  splitEvery,
  truncateLine,
} from './fault.ts'
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts'

let upstream: Server
let served: string[] = []
let proxy: FaultProxy

beforeEach(async () => {
  served = []
  upstream = createServer((request, response) => {
    served.push(`${request.method} ${request.url}`)
    response.end('one\ntwö\nthree\n')
  })
  upstream.listen(0, '127.0.0.1')
  await once(upstream, 'listening')
  proxy = await startFaultProxy({ upstream: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}` })
})

afterEach(async () => {
  await proxy.close()
  upstream.closeAllConnections()
  upstream.close()
})

async function get(path = '/', withinMs = 10_000): Promise<string> {
  const response = await fetch(proxy.url + path, { signal: AbortSignal.timeout(withinMs) })
  return `${response.status} ${await response.text()}`
}

const always = () => true

test('a request without a rule passes and is recorded', async () => {
  const body = await get('/api/v1/secrets?watch=1&x=y')

  expect(body).toBe('200 one\ntwö\nthree\n')
  expect(served).toEqual(['GET /api/v1/secrets?watch=1&x=y'])
  expect(proxy.requests).toEqual([
    {
      index: 0,
      method: 'GET',
      path: '/api/v1/secrets?watch=1&x=y',
      isWatch: true,
      status: 200,
      bytes: 15,
      ended: true,
    },
  ])
})

test.each<[string, Fault, string]>([
  ['dropped', dropLine(1), 'one\nthree\n'],
  ['doubled', duplicateLine(1), 'one\ntwö\ntwö\nthree\n'],
  ['replaced', replaceLine(1, errorEvent(410)), `one\n${errorEvent(410)}\nthree\n`],
  ['preceded by another', injectLine(1, 'x'), 'one\nx\ntwö\nthree\n'],
  ['late', delayLine(1, 50), 'one\ntwö\nthree\n'],
  ['cut off', truncateLine(2), 'one\ntwö\nth'],
])('a line can be %s', async (_, fault, expected) => {
  proxy.on(always, fault)

  expect(await get()).toBe(`200 ${expected}`)
})

test('an answer can be split within a character', async () => {
  proxy.on(always, splitEvery(1))

  expect(await get()).toBe('200 one\ntwö\nthree\n')
})

test('a rule skips, bites so many times, and is gone', async () => {
  proxy.on((it) => it.path === '/a', answer(429, { 'retry-after': '3' }, 'slow'), { skip: 1, times: 1 })

  expect(
    [await get('/a'), await get('/b'), await get('/a'), await get('/a')].map((it) => it.slice(0, 3)),
  ).toEqual(['200', '200', '429', '200'])
  expect(served).toEqual(['GET /a', 'GET /b', 'GET /a'])
})

test('a rule can be removed', async () => {
  const remove = proxy.on(always, answer(503))

  remove()

  expect(await get()).toMatch(/^200/)
})

test('a reset before keeps the request from the server, one after does not', async () => {
  proxy.on((it) => it.path === '/before', reset('before'))
  proxy.on((it) => it.path === '/after', reset('after'))

  await expect(get('/before')).rejects.toThrow('fetch failed')
  await expect(get('/after')).rejects.toThrow('fetch failed')
  expect(served).toEqual(['GET /after'])
})

test.each([
  ['from the request on', blackHole],
  ['from a line on', blackHoleAtLine(1)],
])('a black hole %s is silence, not an end', async (_, fault) => {
  proxy.on(always, fault)

  await expect(get('/', 300)).rejects.toThrow('timeout')
})

test('a connection is reset at a line', async () => {
  proxy.on(always, resetAtLine(1))

  await expect(get()).rejects.toThrow('terminated')
})

test('a delay comes before the server hears of it', async () => {
  proxy.on(always, delay(100))
  const startedAtMs = performance.now()

  await get()

  expect(performance.now() - startedAtMs).toBeGreaterThan(95)
})

test('a frozen proxy swallows everything, and goes on when it thaws', async () => {
  proxy.freeze()
  await expect(get('/', 300)).rejects.toThrow('timeout')

  proxy.thaw()

  expect(await get()).toMatch(/^200/)
})

test('connections are refused, and accepted again on the same port', async () => {
  await proxy.refuse()
  await expect(get()).rejects.toThrow('fetch failed')

  await proxy.accept()

  expect(await get()).toMatch(/^200/)
})

test('a server that is gone is a connection that breaks', async () => {
  upstream.close()

  await expect(get()).rejects.toThrow('fetch failed')
})
