import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { accessId, accessKey, createBench, reading } from '../../test/contract/akeyless-bench.ts'
import { type Bench, endScene, startStandIn } from '../../test/contract/akeyless-scene.ts'
import { type AkeylessStandIn, startAkeyless } from '../../test/fakes/akeyless/stand-in.ts'

const callTimeoutMs = 500
const patientTimeoutMs = 2000

let akeyless: AkeylessStandIn
let bench: Bench

beforeEach(async () => {
  akeyless = await startStandIn()
  for (const name of ['/shop/slow', '/shop/db', '/other/db']) akeyless.state.secret(name, { value: 'alpha' })
  bench = benchWith(callTimeoutMs)
})
afterEach(() => endScene(bench, akeyless))

function benchWith(timeoutMs: number) {
  const timeouts = { callTimeoutMs: timeoutMs, probeTimeoutMs: timeoutMs }
  return createBench({ url: akeyless.url, ...timeouts, maxConcurrentCalls: 2 })
}

/** Where what does answer must be in time beside what does not. */
async function bePatient(): Promise<void> {
  await bench.close()
  bench = benchWith(patientTimeoutMs)
}

describe('an answer that comes byte by byte', () => {
  test('ends at the deadline, and its slots and connections are free for others', async () => {
    const provider = bench.open()
    await bench.read(provider, '/shop/slow', '/shop/db')
    akeyless.state.fault({ kind: 'drip', bytesPerSecond: 20, name: '/shop/slow' })
    const started = performance.now()

    // A version is read by itself.
    const versioned = bench.open().read([{ key: '/shop/slow', version: '1' }], reading())
    const slow = [bench.read(provider, '/shop/slow'), versioned.then(bench.shown)]
    await expect.poll(() => akeyless.calls.of('/get-secret-value').filter((it) => it.fault).length).toBe(2)
    const behind = await bench.read(provider, '/shop/db')
    const tookMs = performance.now() - started

    expect(await Promise.all(slow)).toEqual([['GatewayUnreachable'], ['GatewayUnreachable']])
    expect(behind).toEqual(['alpha'])
    expect(tookMs).toBeLessThan(3 * callTimeoutMs)
    expect(bench.seen()).toContain('there is no answer in time (ETIMEDOUT)')
    expect(akeyless.openConnections).toBeLessThanOrEqual(2)
  })

  test('costs another Gateway nothing', async () => {
    const other = await startAkeyless()
    other.state.accessKey({ accessId, accessKey, admin: true })
    other.state.secret('/shop/db', { value: 'beta' })
    akeyless.state.fault({ kind: 'drip' })
    await bePatient()
    const slow = Array.from({ length: 20 }, () => bench.reasonOf(bench.open().check(reading())))
    const started = performance.now()

    const value = await bench.read(bench.open({ akeylessGWApiURL: other.url }), '/shop/db')
    const tookMs = performance.now() - started
    await Promise.all(slow)
    await other.stop()

    expect(value).toEqual(['beta'])
    expect(tookMs).toBeLessThan(patientTimeoutMs)
  })

  test('of an error is told as the error it is, at the deadline', async () => {
    const provider = bench.open()
    await provider.check(reading())
    akeyless.state.fault({ kind: 'drip', name: '/other/db' })
    const started = performance.now()

    expect(await bench.read(provider, '/other/db')).toEqual(['AccessDenied'])
    expect(performance.now() - started).toBeLessThan(3 * callTimeoutMs)
  })
})

/** A TCP server that says this to whoever sends anything, and goes on as `then` says. */
async function startSpeaker(text: string, then: (socket: Socket) => void) {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    socket.once('close', () => sockets.delete(socket))
    socket.once('data', () => {
      socket.write(text)
      then(socket)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sockets,
    [Symbol.asyncDispose]: async () => {
      for (const it of sockets) it.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Writes on and on until the socket closes. */
function keepSaying(text: string) {
  return (socket: Socket) => {
    const timer = setInterval(() => socket.write(text), 20)
    socket.once('close', () => clearInterval(timer))
  }
}

test.each([
  ['a head that comes byte by byte', 'HTTP/1.1 200 OK\r\nx-slow: ', keepSaying('a'), 'GatewayUnreachable'],
  [
    'one interim answer after another',
    'HTTP/1.1 102 Processing\r\n\r\n',
    keepSaying('HTTP/1.1 102 Processing\r\n\r\n'),
    'GatewayUnreachable',
  ],
  ['something that is not HTTP', 'SSH-2.0-OpenSSH_9.9\r\n', () => {}, 'UnexpectedResponse'],
  ['an end before the head is whole', 'HTTP/1.1 200 OK\r\n', (it: Socket) => it.end(), 'GatewayUnreachable'],
  [
    'chunks that are none',
    'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nnone\r\n',
    () => {},
    'UnexpectedResponse',
  ],
  [
    'two lengths',
    'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}',
    () => {},
    'UnexpectedResponse',
  ],
])('%s ends at the deadline at the latest, with its connection', async (_name, text, then, reason) => {
  await using speaker = await startSpeaker(text, then)
  await bePatient()
  const started = performance.now()

  expect(await bench.reasonOf(bench.open({ akeylessGWApiURL: speaker.url }).check(reading()))).toBe(reason)
  expect(performance.now() - started).toBeLessThan(3 * patientTimeoutMs)
  await expect.poll(() => speaker.sockets.size, { timeout: 2000 }).toBe(0)
})
