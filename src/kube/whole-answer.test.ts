import { getEventListeners, once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Pool } from 'undici'
import { afterEach, expect, test } from 'vitest'
import { wholeAnswer } from './whole-answer.ts'

const open: (() => Promise<unknown>)[] = []
const never = new AbortController().signal

afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close()
})

type Answering = (request: IncomingMessage, response: ServerResponse) => unknown

async function poolTo(answer: Answering): Promise<Pool> {
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  open.push(async () => server.close())
  const pool = new Pool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { connections: 1 })
  open.push(() => pool.destroy())
  return pool
}

const get = { method: 'GET', path: '/x' } as const

test('a body that comes in pieces is one text, also where a character is cut in two', async () => {
  const bytes = Buffer.from('aé€🔑')
  const pool = await poolTo(async (_, response) => {
    for (const byte of bytes) {
      response.write(Buffer.from([byte]))
      await new Promise((resolve) => setImmediate(resolve))
    }
    response.end()
  })

  const answer = await wholeAnswer(pool, get, never)

  expect(answer.body).toBe('aé€🔑')
})

test('a head that only informs is not the answer', async () => {
  const pool = await poolTo((_, response) => {
    response.writeEarlyHints({ link: '</a>; rel=preload' })
    response.writeHead(201, { 'x-a': 'b' }).end('made')
  })

  const answer = await wholeAnswer(pool, get, never)

  expect([answer.status, answer.headers['x-a'], answer.body]).toEqual([201, 'b', 'made'])
})

test('no body is an empty text', async () => {
  const pool = await poolTo((_, response) => response.writeHead(204).end())

  expect((await wholeAnswer(pool, get, never)).body).toBe('')
})

test('the signal ends a body that goes on, with its reason, and the next request is served', async () => {
  let served = 0
  const half = Promise.withResolvers<void>()
  const pool = await poolTo((_, response) => {
    served += 1
    if (served > 1) response.end('whole')
    else response.writeHead(200).write('half', () => half.resolve())
  })
  const controller = new AbortController()
  const answer = wholeAnswer(pool, get, controller.signal)
  await half.promise

  controller.abort(new Error('enough'))

  await expect(answer).rejects.toThrow('enough')
  expect((await wholeAnswer(pool, get, never)).body).toBe('whole')
})

test('the signal ends a request that waits for a connection at once, and it is never sent', async () => {
  const paths: unknown[] = []
  const held = Promise.withResolvers<void>()
  const pool = await poolTo(async ({ url }, response) => {
    paths.push(url)
    await held.promise
    response.end()
  })
  const first = wholeAnswer(pool, get, never)
  const controller = new AbortController()
  const second = wholeAnswer(pool, { ...get, path: '/y' }, controller.signal)

  controller.abort(new Error('enough'))

  await expect(second).rejects.toThrow('enough')
  held.resolve()
  await first
  await wholeAnswer(pool, { ...get, path: '/z' }, never)
  expect(paths).toEqual(['/x', '/z'])
})

test('a body that breaks off is an error', async () => {
  const pool = await poolTo((_, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('half')
    setImmediate(() => response.destroy())
  })

  await expect(wholeAnswer(pool, get, never)).rejects.toMatchObject({ code: expect.any(String) })
})

test('listeners of a signal that lives on are given back', async () => {
  const pool = await poolTo((_, response) => response.end('a'))
  const { signal } = new AbortController()
  const answer = wholeAnswer(pool, get, signal)
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)

  await answer

  expect(getEventListeners(signal, 'abort')).toEqual([])
})
