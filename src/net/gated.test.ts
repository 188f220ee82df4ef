import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { json, type LoopbackServer, startLoopbackServer } from '../../test/fakes/loopback-server.ts'
import { createPool } from './pool.ts'
import { parseServerUrl } from './server-url.ts'

const overError = new RangeError('leadership is over')
let server: LoopbackServer
let pool: Dispatcher
let isOver: boolean

beforeEach(async () => {
  server = await startLoopbackServer()
  isOver = false
  const rules = { insecureLocalEndpoints: true, apiServerHosts: [] }
  const words = { server: 'gateway', path: 'url', instead: 'another', hostsFlag: '--allowed' }
  pool = createPool({
    url: parseServerUrl(server.url, { rules, words }),
    rules,
    caPem: undefined,
    connections: 1,
    connectTimeoutMs: 5000,
    idleTimeoutMs: 5000,
    mayGo: () => {
      if (isOver) throw overError
    },
  })
})
afterEach(async () => {
  await pool.destroy()
  await server[Symbol.asyncDispose]()
})

const send = (path: string, more: Partial<Dispatcher.RequestOptions> = {}) =>
  pool.request({ origin: server.url, path, method: 'POST', ...more })
const paths = () => server.seen.map((it) => it.path)

test('a request that waits for a connection is kept back when it may not go any more, and says why', async () => {
  const answered = Promise.withResolvers<void>()
  server.answer((_, response) => void answered.promise.then(() => response.end('{}')), json(200, {}))
  const first = send('/first')
  const waiting = send('/waiting')
  await expect.poll(paths).toEqual(['/first'])

  isOver = true
  answered.resolve()

  expect((await first).statusCode).toBe(200)
  await (await first).body.dump()
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError', cause: overError })
  expect(paths()).toEqual(['/first'])
})

test('nothing of a body that is kept back arrives, and the connections are good for what may go', async () => {
  isOver = true
  await expect(send('/kept', { body: Readable.from([Buffer.from('{}')]) })).rejects.toThrow('Not sent')

  isOver = false
  const { statusCode } = await send('/sent')

  expect([statusCode, paths()]).toEqual([200, ['/sent']])
})
