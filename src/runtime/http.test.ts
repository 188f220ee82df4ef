import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { createLog } from '../std/log.ts'
import { createSmallServer, type Handler, parseBindAddress, type SmallServer } from './http.ts'

let server: SmallServer | undefined

afterEach(async () => {
  await server?.stop()
  server = undefined
})

async function serve(handlers: Record<string, Handler>, lines: string[] = []): Promise<string> {
  const log = createLog('error', { write: (line: string) => lines.push(line) })
  server = createSmallServer({ name: 'test', address: { host: '127.0.0.1', port: 0 }, handlers, log })
  await server.start()
  return `http://127.0.0.1:${server.port}`
}

describe('a bind address', () => {
  test.each([
    [':8080', { host: '', port: 8080 }],
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
    ['[::1]:8081', { host: '::1', port: 8081 }],
    ['localhost:9', { host: 'localhost', port: 9 }],
    ['0', undefined],
    [':0', undefined],
  ])('%s is read', (text, expected) => {
    expect(parseBindAddress(text)).toEqual(expected)
  })

  test.each(['8080', '', ':99999', 'a:b', '::1:80', 'http://x:1'])('%s is refused in plain words', (text) => {
    expect(() => parseBindAddress(text)).toThrow(`Cannot listen on "${text}": it is not HOST:PORT`)
  })
})

test('answers its paths, and what lies below a path that ends in a slash', async () => {
  const url = await serve({
    '/metrics': () => ({ status: 200, body: 'numbers', contentType: 'text/x' }),
    '/healthz/': () => ({ status: 200, body: 'below' }),
  })

  const metrics = await fetch(`${url}/metrics?x=1`)
  expect([metrics.status, await metrics.text(), metrics.headers.get('content-type')]).toEqual([
    200,
    'numbers',
    'text/x',
  ])
  expect(await (await fetch(`${url}/healthz/ping`)).text()).toBe('below')
  expect((await fetch(`${url}/other`)).status).toBe(404)
  expect((await fetch(`${url}/metrics`, { method: 'POST', body: 'x' })).status).toBe(405)
  expect(await (await fetch(`${url}/metrics`, { method: 'HEAD' })).text()).toBe('')
})

test('shows nothing of an error but that there was one', async () => {
  const lines: string[] = []
  const url = await serve({ '/metrics': () => Promise.reject(new Error('inner secret')) }, lines)

  const answer = await fetch(`${url}/metrics`)

  expect(answer.status).toBe(500)
  expect(await answer.text()).toBe('internal error\n')
  expect(lines.join('')).toContain('inner secret')
})

test('survives a path that is no URL', async () => {
  const url = await serve({ '/metrics': () => ({ status: 200, body: 'ok' }) })
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.write('GET //[ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
  let answer = ''
  for await (const chunk of socket) answer += String(chunk)

  expect(answer).toContain('404')
  expect((await fetch(`${url}/metrics`)).status).toBe(200)
})

test('that is off starts and stops without listening', async () => {
  server = createSmallServer({ name: 'off', address: undefined, handlers: {}, log: createLog('silent') })

  await server.start()

  expect(server.port).toBeUndefined()
})

test('says so when the address is taken', async () => {
  const url = await serve({})
  const address = { host: '127.0.0.1', port: Number(new URL(url).port) }
  const second = createSmallServer({ name: 'second', address, handlers: {}, log: createLog('silent') })

  await expect(second.start()).rejects.toThrow('EADDRINUSE')
})

test('stops although a client holds its connection open', async () => {
  const url = await serve({})
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  await new Promise((resolve) => socket.once('connect', resolve))
  const closed = new Promise((resolve) => socket.once('close', resolve))

  await server?.stop()

  await closed
  expect(socket.destroyed).toBe(true)
})

test('sends a body in parts as they are made, and cuts the connection when one cannot be made', async () => {
  const lines: string[] = []
  async function* parts(fails: boolean): AsyncGenerator<string> {
    yield 'one\n'
    await Promise.resolve()
    if (fails) throw new Error('no two')
    yield 'two\n'
  }
  const page = (fails: boolean) => () => ({ status: 200, body: parts(fails) })
  const url = await serve({ '/whole': page(false), '/cut': page(true) }, lines)

  expect(await (await fetch(`${url}/whole`)).text()).toBe('one\ntwo\n')
  await expect(fetch(`${url}/cut`).then((it) => it.text())).rejects.toThrow('terminated')
  expect(lines.join('')).toContain('Cannot answer request to its end')
  expect(await (await fetch(`${url}/whole`, { method: 'HEAD' })).text()).toBe('')
})
