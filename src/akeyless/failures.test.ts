import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { accessId, createBench, reading, withAccessKey } from '../../test/contract/akeyless-bench.ts'
import { type Bench, endScene, startStandIn } from '../../test/contract/akeyless-scene.ts'
import type { Fault } from '../../test/fakes/akeyless/faults.ts'
import type { AkeylessStandIn } from '../../test/fakes/akeyless/stand-in.ts'
import { quickMs } from './circuit.ts'

const canary = 'canary-value-77aa88bb'

let akeyless: AkeylessStandIn
let bench: Bench

beforeEach(async () => {
  akeyless = await startStandIn()
  akeyless.state.secret('/shop/db', { value: canary })
  akeyless.state.secret('/other/db', { value: canary })
  bench = createBench({ url: akeyless.url })
})
afterEach(async () => {
  await endScene(bench, akeyless)
  if (/the stand-in was told|Please sign in|account id: acc/.test(bench.seen()))
    throw new Error('A body was shown')
})

const location = 'https://elsewhere.example.com/get-secret-value'

const faults: readonly [string, Fault, string][] = [
  ['500', { kind: 'status', status: 500 }, 'GatewayUnreachable'],
  ['502', { kind: 'status', status: 502 }, 'GatewayUnreachable'],
  // Pauses of the Gateway's own choice: ours grow, by chance also beyond what a read waits.
  ['429', { kind: 'status', status: 429, retryAfter: '1' }, 'Throttled'],
  ['400', { kind: 'status', status: 400 }, 'UnexpectedResponse'],
  ['a login page', { kind: 'html' }, 'UnexpectedResponse'],
  ['no body', { kind: 'empty' }, 'UnexpectedResponse'],
  ['JSON that ends early', { kind: 'malformed' }, 'UnexpectedResponse'],
  ['another content type', { kind: 'contentType', value: 'text/plain' }, 'UnexpectedResponse'],
  ['a body cut by its length', { kind: 'truncated' }, 'UnexpectedResponse'],
  ['a chunked body that is cut', { kind: 'truncated', chunked: true }, 'UnexpectedResponse'],
  ['a body of 4 MB', { kind: 'huge', bytes: 4_000_000 }, 'UnexpectedResponse'],
  ['a compressed body', { kind: 'gzipBomb', bytes: 1_000_000 }, 'UnexpectedResponse'],
  ['a redirect 307', { kind: 'redirect', status: 307, location }, 'UnexpectedResponse'],
  ['a redirect 302', { kind: 'redirect', status: 302, location }, 'UnexpectedResponse'],
  ['a reset', { kind: 'reset' }, 'GatewayUnreachable'],
  ['no answer', { kind: 'hang' }, 'GatewayUnreachable'],
  ['a byte a second', { kind: 'drip' }, 'GatewayUnreachable'],
]

/** Half of what the circuit takes for slow, which would shut it. */
const silenceMs = quickMs / 2

/** Silence is waited for briefly; whatever else answers has its time, also on a busy machine. */
async function expectSilence({ kind }: Fault): Promise<void> {
  if (kind !== 'hang' && kind !== 'drip') return
  await bench.close()
  bench = createBench({ url: akeyless.url, callTimeoutMs: silenceMs, probeTimeoutMs: silenceMs })
}

describe.each(['/get-secret-value', '/describe-item'])('%s', (path) => {
  test.each(faults)('with %s fails with its reason, and heals when it ends', async (_name, fault, reason) => {
    await expectSilence(fault)
    const provider = bench.open()
    await provider.check(reading())
    const set = akeyless.state.fault({ ...fault, path })

    const failed = await bench.read(provider, '/shop/db')
    set.remove()
    const healed = await bench.read(provider, '/shop/db')

    expect(failed).toEqual([reason])
    expect(healed).toEqual([canary])
  })
})

test.each(faults.filter(([name]) => name !== '400' && name !== '429'))(
  'a login with %s fails with its reason and is not counted as refused',
  async (_name, fault, reason) => {
    await expectSilence(fault)
    const set = akeyless.state.fault({ ...fault, path: '/auth' })

    const failed = await bench.reasonOf(bench.open().check(reading()))
    set.remove()
    const healed = await bench.reasonOf(bench.open().check(reading()))

    expect([failed, healed]).toEqual([reason, 'ok'])
  },
)

const afterHead = ['malformed', 'contentType', 'truncated', 'drip']

test.each(faults.filter(([name, { kind }]) => name !== '400' && !afterHead.includes(kind)))(
  'a probe with %s fails with its reason',
  async (_name, fault, reason) => {
    await expectSilence(fault)
    const set = akeyless.state.fault({ ...fault, path: '/validate-token' })

    const failed = await bench.reasonOf(bench.open().check(reading()))
    set.remove()
    const healed = await bench.reasonOf(bench.open().check(reading()))

    expect([failed, healed]).toEqual([reason, 'ok'])
  },
)

test('Retry-After is handed on', async () => {
  const provider = bench.open()
  await provider.check(reading())
  akeyless.state.fault({ kind: 'status', status: 429, retryAfter: '7', path: '/describe-item' })

  const [outcome] = await provider.read([{ key: '/shop/db' }], reading())

  expect(outcome?.ok === false && outcome.failure).toMatchObject({ reason: 'Throttled', retryAfterMs: 7000 })
})

test('a denied item is AccessDenied after one look at the token and no new login', async () => {
  const [reason] = await bench.read(bench.open(), '/other/db')

  expect(reason).toBe('AccessDenied')
  expect(akeyless.calls.count('/auth')).toBe(1)
})

test('a denied item says what to grant to whom', async () => {
  const [outcome] = await bench.open().read([{ key: '/other/db' }], reading())

  const message = outcome?.ok === false ? outcome.failure.message : ''
  expect(message).toContain('/other/db')
  expect(message).toContain(accessId)
  expect(message).toContain(`127.0.0.1:${akeyless.port}`)
})

test('a denied item harms no neighbour, and many cost few looks at the token', async () => {
  const keys = Array.from({ length: 100 }, (_, index) => `/other/${index}`)

  const outcomes = await bench.read(bench.open(), ...keys, '/shop/db')

  expect(new Set(outcomes)).toEqual(new Set(['AccessDenied', canary]))
  expect(akeyless.calls.count('/auth')).toBe(1)
  expect(akeyless.calls.count('/validate-token')).toBeLessThan(50)
})

test('a denial is not told while the token cannot be looked at', async () => {
  const provider = bench.open()
  await provider.check(reading())
  akeyless.state.fault({ kind: 'status', status: 503, path: '/validate-token' })

  expect(await bench.read(provider, '/other/db')).toEqual(['GatewayUnreachable'])
})

test('a refused connection is GatewayUnreachable for all items at once', async () => {
  await akeyless.down()

  const reason = await bench.reasonOf(bench.read(bench.open(), '/shop/db'))

  expect(reason).toBe('GatewayUnreachable')
  expect(bench.seen()).toContain('ECONNREFUSED')
  await akeyless.up()
  expect(await bench.read(bench.open(), '/shop/db')).toEqual([canary])
})

test('a connection that was cut while it was idle shows nothing', async () => {
  const provider = bench.open()
  await bench.read(provider, '/shop/db')
  await akeyless.down()
  await akeyless.up()

  expect(await bench.read(provider, '/shop/db')).toEqual([canary])
})

test('a name that does not resolve is DNSFailure', async () => {
  const akeylessGWApiURL = 'https://gateway.does-not-exist.invalid'

  const reason = await bench.reasonOf(bench.open({ akeylessGWApiURL }).check(reading()))

  expect(reason).toBe('DNSFailure')
})

test('credentials are not sent to where a redirect points', async () => {
  const received: string[] = []
  const elsewhere = createServer((request, response) => {
    received.push(request.url ?? '')
    response.end('{}')
  })
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
  const { port } = elsewhere.address() as AddressInfo
  akeyless.state.fault({
    kind: 'redirect',
    status: 307,
    location: `http://127.0.0.1:${port}/auth`,
    path: '/auth',
  })

  const reason = await bench.reasonOf(bench.open().check(reading()))
  elsewhere.close()

  expect(reason).toBe('UnexpectedResponse')
  expect(received).toEqual([])
})

test('a refused login says what to check, and shows no key', async () => {
  const references = withAccessKey('uid', 'canary-wrong-key')

  await expect(bench.open({}, references).check(reading())).rejects.toThrow(/status is 401; check access id/)
})
