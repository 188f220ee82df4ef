import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { inspect } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeAuthority, makeServingCertificate } from '../../test/cluster/certificates.ts'
import { startBlackHole, startLoopbackServer } from '../../test/fakes/loopback-server.ts'
import { Redacted } from '../std/redacted.ts'
import type { Connection } from './connection.ts'
import { createTransport } from './transport-undici.ts'

let directory: string
let tls: { ca: string; cert: string; key: string }
const signal = new AbortController().signal
const get = { method: 'GET', path: '/x', signal, timeoutMs: 5000 } as const
const options = { userAgent: 'keyferry/test' }

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'keyferry-tunnel-'))
  const pem = (name: string) => readFile(path.join(directory, name), 'utf8')
  await makeAuthority(directory)
  await makeServingCertificate(directory, 'server', ['IP:127.0.0.1'])
  tls = { ca: await pem('ca.crt'), cert: await pem('server.crt'), key: await pem('server.key') }
})

afterAll(() => rm(directory, { recursive: true }))

/** A forward proxy that knows CONNECT only. */
async function startProxy(status = 200) {
  const seen: { path: string | undefined; authorization: string | undefined }[] = []
  const sockets = new Set<Socket>()
  const server = createServer()
  server.on('connect', (request, socket: Socket) => {
    seen.push({ path: request.url, authorization: request.headers['proxy-authorization'] })
    sockets.add(socket.on('error', () => undefined))
    if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\n\r\n`)
    const [host = '', port = ''] = (request.url ?? '').split(':')
    const upstream = connect({ host, port: Number(port) }, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      upstream.pipe(socket).pipe(upstream)
    })
    sockets.add(upstream.on('error', () => undefined))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    seen,
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function transportTo(server: string, proxyUrl: string) {
  const material = { ca: tls.ca }
  const connection: Connection = {
    server,
    skipTlsVerify: false,
    headers: {},
    proxyUrl: new Redacted(proxyUrl),
    tls: async () => material,
    authorization: async () => new Redacted('Bearer token-for-the-server'),
  }
  return createTransport(connection, { ...options, maxConnections: 1 })
}

test('requests and streams go through the proxy in TLS of their own, with the password for the proxy only', async () => {
  await using proxy = await startProxy()
  await using server = await startLoopbackServer(tls)
  const transport = transportTo(server.url, `http://jane:p%40ss@${proxy.host}`)

  const answers = [await transport.request(get), await transport.request(get)]
  const stream = await transport.stream(get)

  expect([...answers, stream].map((it) => it.status)).toEqual([200, 200, 200])
  const authorization = `Basic ${Buffer.from('jane:p@ss').toString('base64')}`
  const path = `127.0.0.1:${server.port}`
  expect(proxy.seen).toEqual([
    { path, authorization },
    { path, authorization },
  ])
  expect(server.seen.every((it) => it.headers['proxy-authorization'] === undefined)).toBe(true)
  await transport.close()
  await expect.poll(() => server.open, { timeout: 5000 }).toBe(0)
})

test('a proxy that refuses is told by its status, without its password', async () => {
  await using proxy = await startProxy(407)
  const transport = transportTo('https://127.0.0.1:1', `http://jane:canary-password@${proxy.host}`)

  const error = await transport.request(get).catch((error: unknown) => error)

  expect(error).toMatchObject({
    code: 'EPROXY',
    message: `Cannot connect through the proxy ${proxy.host}: its status is 407`,
  })
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('canary-password')
  await transport.close()
})

test('a proxy that says nothing costs the connect timeout and leaves no socket', async () => {
  await using hole = await startBlackHole()
  const material = { ca: tls.ca }
  const connection: Connection = {
    server: 'https://127.0.0.1:1',
    skipTlsVerify: false,
    headers: {},
    proxyUrl: new Redacted(`http://127.0.0.1:${hole.port}`),
    tls: async () => material,
    authorization: async () => undefined,
  }
  const transport = createTransport(connection, { ...options, connectTimeoutMs: 100 })

  await expect(transport.request(get)).rejects.toMatchObject({ code: 'UND_ERR_CONNECT_TIMEOUT' })
  await expect.poll(() => hole.open, { timeout: 5000 }).toBe(0)
  await transport.close()
})
