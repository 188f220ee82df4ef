import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeAuthority, makeServingCertificate } from '../../test/cluster/certificates.ts'
import { json, startLoopbackServer } from '../../test/fakes/loopback-server.ts'
import { ManualClock } from '../../test/fakes/manual-clock.ts'
import type { Connection } from './connection.ts'
import { tlsMaterialOf, tokenFileAuthorization } from './credential-files.ts'
import { createTransport } from './transport-undici.ts'

let directory: string
const options = { userAgent: 'keyferry/test' }
const signal = new AbortController().signal
const get = { method: 'GET', path: '/x', signal, timeoutMs: 5000 } as const

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'keyferry-rotation-'))
  for (const authority of ['ca1', 'ca2']) {
    await makeAuthority(directory, authority)
    await makeServingCertificate(
      directory,
      `server-${authority}`,
      ['IP:127.0.0.1', 'DNS:api.example'],
      authority,
    )
    await makeServingCertificate(directory, `client-${authority}`, ['DNS:client'], authority)
  }
})

afterAll(() => rm(directory, { recursive: true }))

const pem = (name: string) => readFile(path.join(directory, name), 'utf8')

async function startTls(authority: string, clientCa?: string) {
  const [cert, key] = await Promise.all([pem(`server-${authority}.crt`), pem(`server-${authority}.key`)])
  return startLoopbackServer(clientCa === undefined ? { cert, key } : { cert, key, clientCa })
}

function connectionTo(server: string, more: Partial<Connection>): Connection {
  return {
    server,
    skipTlsVerify: false,
    headers: {},
    tls: async () => none,
    authorization: async () => undefined,
    ...more,
  }
}

const none = {}

test('a server whose CA was rotated is reached at once: the CA is read anew when its certificate is refused', async () => {
  await using server = await startTls('ca2')
  const file = path.join(directory, 'trusted.crt')
  await writeFile(file, await pem('ca1.crt'))
  const tls = tlsMaterialOf({ ca: { file } }, new ManualClock())
  const transport = createTransport(connectionTo(server.url, { tls }), options)

  const refused = await transport.request(get).catch((error: unknown) => error)
  await writeFile(file, await pem('ca2.crt'))
  const answer = await transport.request({ ...get, method: 'POST', body: '{}' })

  expect(refused).toMatchObject({
    code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    message: `Cannot reach the API server at ${server.url}: UNABLE_TO_VERIFY_LEAF_SIGNATURE, its certificate is not trusted, check the CA`,
  })
  expect(answer.status).toBe(200)
  expect(server.seen.length).toBe(1)
  await transport.close()
  await expect.poll(() => server.open, { timeout: 5000 }).toBe(0)
})

test('when the CA rotates, what is under way ends on the old connection and the rest goes to new ones', async () => {
  await using server = await startTls('ca1')
  const file = path.join(directory, 'under-way.crt')
  await writeFile(file, await pem('ca1.crt'))
  const clock = new ManualClock()
  const tls = tlsMaterialOf({ ca: { file } }, clock)
  const transport = createTransport(connectionTo(server.url, { tls }), options)
  const gate = Promise.withResolvers<void>()
  server.answer((_request, response) => void gate.promise.then(() => response.end('slow')))
  const slow = transport.request(get)
  await expect.poll(() => server.seen.length, { timeout: 5000 }).toBe(1)
  const controller = new AbortController()
  const stream = await openStream()
  await expect.poll(() => server.seen.length, { timeout: 5000 }).toBe(2)

  await writeFile(file, (await pem('ca1.crt')) + (await pem('ca2.crt')))
  clock.advance(60_000)
  server.answer(json(200, {}))
  const fast = await transport.request(get)
  gate.resolve()

  expect(fast.status).toBe(200)
  expect((await slow).body).toBe('slow')
  expect(server.accepted).toBe(3)
  expect((await stream.chunks[Symbol.asyncIterator]().next()).value?.toString()).toBe('event')
  controller.abort()
  // The new connection is kept alive, the old ones are gone.
  await expect.poll(() => server.open, { timeout: 5000 }).toBe(1)
  await transport.close()
  await expect.poll(() => server.open, { timeout: 5000 }).toBe(0)

  function openStream() {
    server.answer((_request, response) => void response.writeHead(200).write('event'))
    return transport.stream({ ...get, signal: controller.signal })
  }
})

test('close() also ends what a rotation left on old connections', async () => {
  await using server = await startTls('ca1')
  const materials = [{ ca: await pem('ca1.crt') }, { ca: `${await pem('ca1.crt')}\n` }]
  let current = materials[0] ?? {}
  const transport = createTransport(connectionTo(server.url, { tls: async () => current }), options)
  server.answer(() => undefined)
  const hanging = transport.request(get).catch((error: unknown) => error)
  await expect.poll(() => server.seen.length, { timeout: 5000 }).toBe(1)
  current = materials[1] ?? {}
  server.answer(json(200, {}))
  await transport.request(get)

  await transport.close()

  expect(await hanging).toMatchObject({ code: 'UND_ERR_DESTROYED' })
  await expect.poll(() => server.open, { timeout: 5000 }).toBe(0)
})

test('a rotated client certificate is used once the old one is refused', async () => {
  await using server = await startTls('ca1', await pem('ca2.crt'))
  server.answer((_request, response) => {
    const { authorized } = response.req.socket as TLSSocket
    response.writeHead(authorized ? 200 : 401).end()
  })
  const file = (suffix: string) => path.join(directory, `current.${suffix}`)
  const install = async (name: string) => {
    await writeFile(file('crt'), await pem(`${name}.crt`))
    await writeFile(file('key'), await pem(`${name}.key`))
  }
  await install('client-ca1')
  const sources = {
    ca: { text: await pem('ca1.crt') },
    cert: { file: file('crt') },
    key: { file: file('key') },
  }
  const tls = tlsMaterialOf(sources, new ManualClock())
  const transport = createTransport(connectionTo(server.url, { tls }), options)

  const refused = await transport.request(get)
  await install('client-ca2')
  const answer = await transport.request(get)

  expect([refused.status, answer.status]).toEqual([401, 200])
  await transport.close()
})

test('a token file that was rotated under way costs no request: the 401 is answered with the new token', async () => {
  await using server = await startLoopbackServer()
  const file = path.join(directory, 'token')
  await writeFile(file, 'old')
  let valid = 'old'
  server.answer((request, response) => {
    response.writeHead(request.headers.authorization === `Bearer ${valid}` ? 200 : 401).end()
  })
  const authorization = tokenFileAuthorization(file, new ManualClock())
  const transport = createTransport(connectionTo(server.url, { authorization }), options)
  await transport.request(get)

  await writeFile(file, 'new')
  valid = 'new'
  const answers = await Promise.all(Array.from({ length: 20 }, () => transport.request(get)))
  const stream = await transport.stream(get)

  expect(new Set(answers.map((it) => it.status))).toEqual(new Set([200]))
  expect(stream.status).toBe(200)
  await transport.close()
})

test('the name in the certificate can be another than the host, and skipping verification is possible', async () => {
  await using server = await startTls('ca1')
  const url = server.url.replace('127.0.0.1', 'localhost')
  const material = { ca: await pem('ca1.crt') }
  const tls = async () => material
  const strict = createTransport(connectionTo(url, { tls }), options)
  const named = createTransport(connectionTo(url, { tls, tlsServerName: 'api.example' }), options)
  const lax = createTransport(connectionTo(url, { skipTlsVerify: true }), options)

  const refused = await strict.request(get).catch((error: unknown) => error)
  const answers = [await named.request(get), await lax.request(get)]

  expect(refused).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
  expect(answers.map((it) => it.status)).toEqual([200, 200])
  await Promise.all([strict.close(), named.close(), lax.close()])
})
