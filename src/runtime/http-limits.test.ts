import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createLog } from '../std/log.ts'
import { createSmallServer, type SmallServer } from './http.ts'
import { selfSigned } from './self-signed.ts'

let server: SmallServer
const sockets: Socket[] = []

beforeEach(async () => {
  const handlers = { '/healthz': () => ({ status: 200, body: 'ok' }) }
  const address = { host: '127.0.0.1', port: 0 }
  server = createSmallServer({ name: 'probes', address, handlers, log: createLog('silent') })
  await server.start()
})
afterEach(async () => {
  for (const it of sockets.splice(0)) it.destroy()
  await server.stop()
})

/** Opens a connection that sends this and reads; `ended` gives what came and how long it stood. */
function open(text: string): { socket: Socket; ended: Promise<{ answer: string; ms: number }> } {
  const socket = connect(server.port ?? 0, '127.0.0.1')
  sockets.push(socket)
  const startedMs = performance.now()
  let answer = ''
  socket
    .on('error', () => {})
    .on('data', (chunk) => {
      answer += String(chunk)
    })
  socket.write(text)
  const ended = new Promise<{ answer: string; ms: number }>((resolve) => {
    socket.once('close', () => resolve({ answer, ms: performance.now() - startedMs }))
  })
  return { socket, ended }
}

async function isServed(): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${server.port}/healthz`, { signal: AbortSignal.timeout(3000) })
  return answer.status === 200
}

test('S40: headers that trickle in hold up nobody and are cut off', { timeout: 60_000 }, async () => {
  const slow = Array.from({ length: 50 }, () => open('GET /healthz HTTP/1.1\r\nhost: x\r\n'))
  const drip = setInterval(() => slow.forEach(({ socket }) => socket.write('x-a: b\r\n')), 500)

  const served = await isServed()
  const ends = await Promise.all(slow.map((it) => it.ended))
  clearInterval(drip)

  expect(served).toBe(true)
  expect(Math.max(...ends.map((it) => it.ms))).toBeLessThan(3 * 5000)
  expect(new Set(ends.map((it) => it.answer.split('\r\n')[0]))).toEqual(
    new Set(['HTTP/1.1 408 Request Timeout']),
  )
})

test('S40: headers beyond 16 KiB are refused without a word of them', async () => {
  const { ended } = open(`GET /healthz HTTP/1.1\r\nhost: x\r\nx-canary: ${'canary'.repeat(4000)}\r\n\r\n`)

  const { answer } = await ended

  expect(answer).toMatch(/^HTTP\/1\.1 431 /)
  expect(answer).not.toContain('canary')
})

test('S40: a body is not waited for, and what is no HTTP is answered by 400 alone', async () => {
  const { ended } = open('canary \r\n\r\n')
  const post = open('POST /healthz HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n')
  const answered = new Promise<string>((resolve) => post.socket.once('data', (it) => resolve(String(it))))

  expect(await answered).toMatch(/^HTTP\/1\.1 405 /)
  expect((await ended).answer).toBe('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')
})

test('S40: more than 200 connections are turned away, and room comes back', { timeout: 30_000 }, async () => {
  const idle = Array.from({ length: 260 }, () => open(''))
  const count = () => idle.filter(({ socket }) => socket.destroyed).length
  const deadline = performance.now() + 5000
  while (count() < 60 && performance.now() < deadline) await sleep(50)
  const refused = count()
  for (const { socket } of idle) socket.destroy()
  await Promise.all(idle.map((it) => it.ended))

  expect(refused).toBeGreaterThanOrEqual(60)
  expect(await isServed()).toBe(true)
})

test.each(['__proto__', 'constructor', 'toString', '/../healthz%00', '*'])(
  'S22: the path /%s is nobody’s page',
  async (path) => {
    const { ended } = open(`GET /${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)

    expect((await ended).answer).toMatch(/^HTTP\/1\.1 404 /)
  },
)

test('S40: a connection that never begins TLS is cut off, and one of plain HTTP gets no answer', {
  timeout: 30_000,
}, async () => {
  await server.stop()
  const handlers = { '/metrics': () => ({ status: 200, body: 'canary' }) }
  const address = { host: '127.0.0.1', port: 0 }
  const tls = selfSigned('keyferry-metrics', Date.now())
  server = createSmallServer({ name: 'metrics', address, handlers, tls, log: createLog('silent') })
  await server.start()

  const [silent, plain] = await Promise.all([
    open('').ended,
    open('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n').ended,
  ])

  expect(silent.ms).toBeLessThan(3 * 5000)
  expect(plain.ms).toBeLessThan(3 * 5000)
  expect([silent.answer, plain.answer]).toEqual(['', ''])
})
