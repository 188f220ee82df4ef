import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { startBlackHole, startLoopbackServer } from '../../test/fakes/loopback-server.ts'
import { systemClock } from '../std/clock.ts'
import { createConnector } from './connector.ts'

function setUp(server: string) {
  const { hostname, port, protocol } = new URL(server)
  const connector = createConnector({
    connection: { server, skipTlsVerify: true },
    tls: {},
    connectTimeoutMs: 5000,
    clock: systemClock,
  })
  const connect = () =>
    new Promise<Socket>((resolve, reject) => {
      connector.connect({ hostname, port, protocol }, (...[error, socket]) => {
        if (socket === null) reject(error)
        else resolve(socket)
      })
    })
  return { connector, connect }
}

test('when destroy() resolves every socket is closed, and none is opened any more', async () => {
  await using server = await startLoopbackServer()
  const { connector, connect } = setUp(server.url)
  const sockets = await Promise.all([connect(), connect()])

  await connector.destroy()

  expect(sockets.map((it) => it.closed)).toEqual([true, true])
  await expect(connect()).rejects.toMatchObject({ code: 'UND_ERR_CLOSED' })
  await expect.poll(() => server.open, { timeout: 5000 }).toBe(0)
})

test('destroy() ends a handshake that is under way', async () => {
  await using hole = await startBlackHole()
  const { connector, connect } = setUp(`https://127.0.0.1:${hole.port}`)
  const opening = Promise.allSettled([connect()])
  await expect.poll(() => hole.open, { timeout: 5000 }).toBe(1)

  await connector.destroy()

  expect(await opening).toMatchObject([{ status: 'rejected', reason: { code: 'UND_ERR_CLOSED' } }])
  await expect.poll(() => hole.open, { timeout: 5000 }).toBe(0)
})
