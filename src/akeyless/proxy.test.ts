import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { accessId, accessKey, createBench, reading } from '../../test/contract/akeyless-bench.ts'
import { type Authority, makeAuthority } from '../../test/fakes/akeyless/authority.ts'
import { type AkeylessStandIn, startAkeyless } from '../../test/fakes/akeyless/stand-in.ts'
import { type ConnectProxy, startConnectProxy } from '../../test/fakes/proxy/connect-proxy.ts'

const password = 'canary-proxy-password-55'

let authority: Authority
let akeyless: AkeylessStandIn
let proxy: ConnectProxy
let bench: ReturnType<typeof createBench>

beforeEach(async () => {
  authority = await makeAuthority()
  akeyless = await startAkeyless({ tls: await authority.issue() })
  akeyless.state.accessKey({ accessId, accessKey, admin: true })
  akeyless.state.secret('/a', { value: 'alpha' })
  proxy = await startConnectProxy()
  begin(`http://127.0.0.1:${proxy.port}`)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await bench.close()
  await proxy[Symbol.asyncDispose]()
  await akeyless.stop()
  await authority[Symbol.asyncDispose]()
  bench.refuseLeaks()
})

/** Keyferry as if it started with this in its environment. */
function begin(httpsProxy: string): void {
  vi.stubEnv('HTTPS_PROXY', httpsProxy)
  vi.stubEnv('NO_PROXY', '')
  const url = `https://localhost:${akeyless.port}`
  bench = createBench({ url, connectTimeoutMs: 600, probeTimeoutMs: 1500, callTimeoutMs: 1500 })
}

const open = () => bench.open({ caBundle: authority.caPem })

describe('a proxy that', () => {
  test.each<[string, number, RegExp]>([
    ['wants credentials', 407, /status is 407; the proxy wants credentials; write them into HTTPS_PROXY/],
    ['forbids', 403, /status is 403; see why in the log of the proxy/],
    ['does not reach the Gateway', 502, /status is 502/],
  ])('%s is told apart from the Gateway, and heals', async (_name, status, words) => {
    proxy.mode = status

    const failed = await bench.reasonOf(open().check(reading()))
    proxy.mode = 'open'
    const healed = await bench.read(open(), '/a')

    expect(failed).toBe('GatewayUnreachable')
    expect(bench.seen()).toContain(
      `Cannot connect to gateway "localhost:${akeyless.port}" by proxy "127.0.0.1:${proxy.port}"`,
    )
    expect(bench.seen()).toMatch(words)
    expect(healed).toEqual(['alpha'])
  })

  test('is down is told apart from the Gateway, and heals', async () => {
    await proxy.down()

    const failed = await bench.reasonOf(open().check(reading()))
    await proxy.up()
    const healed = await bench.read(open(), '/a')

    expect(failed).toBe('GatewayUnreachable')
    expect(bench.seen()).toMatch(/by proxy "127\.0\.0\.1:\d+": the connection is refused \(ECONNREFUSED\)/)
    expect(healed).toEqual(['alpha'])
  })

  test('goes silent is given up in the time of a connection, and nobody waits for it when it is back', async () => {
    proxy.mode = 'silence'

    const failed = await Promise.all(
      [1, 2, 3].map(() => bench.reasonOf(open().check(reading(AbortSignal.timeout(3000))))),
    )
    proxy.mode = 'open'
    const started = performance.now()
    const healed = await bench.read(open(), '/a')

    expect(new Set(failed)).toEqual(new Set(['GatewayUnreachable']))
    expect(bench.seen()).toMatch(/by proxy "[^"]+": there is no answer in time/)
    expect(healed).toEqual(['alpha'])
    expect(performance.now() - started).toBeLessThan(1000)
  })

  test.each<[string, number | 'down']>([
    ['refuses', 502],
    ['is down', 'down'],
  ])('%s is not asked by each of many readers, who are told why, and heals', async (_, end) => {
    await bench.read(open(), '/a')
    await proxy.down()
    proxy.mode = end === 'down' ? 'open' : end
    if (end !== 'down') await proxy.up()
    bench.calls.length = 0

    for (let round = 0; round < 30; round++) await bench.reasonOf(bench.read(open(), '/a'))
    const { length } = bench.calls
    proxy.mode = 'open'
    if (end === 'down') await proxy.up()

    expect(length).toBe(10)
    expect(bench.seen()).toMatch(
      /Cannot ask gateway "[^"]+": it cannot be reached by proxy "[^"]+": .*; nobody asks it now/,
    )
    await expect
      .poll(() => bench.read(open(), '/a').catch(() => []), { timeout: 5000, interval: 100 })
      .toEqual(['alpha'])
  })

  test('is cut in the middle of calls costs no value', async () => {
    const provider = open()
    await bench.read(provider, '/a')
    await proxy.down()
    await proxy.up()

    expect(await bench.read(provider, '/a')).toEqual(['alpha'])
  })

  test('has a name that does not resolve is DNSFailure', async () => {
    begin('http://proxy.does-not-exist.invalid:3128')

    expect(await bench.reasonOf(open().check(reading()))).toBe('DNSFailure')
    expect(bench.seen()).toContain('by proxy "proxy.does-not-exist.invalid:3128": its name')
  })

  test('wants a password gets it, and nobody else sees it', async () => {
    proxy.credentials = `Basic ${Buffer.from(`user:${password}`).toString('base64')}`
    begin(`http://user:${password}@127.0.0.1:${proxy.port}`)
    const value = await bench.read(open(), '/a')
    proxy.mode = 403
    akeyless.state.revokeTokens()
    await akeyless.down()
    await akeyless.up()

    const failed = await bench.reasonOf(bench.read(open(), '/a'))

    expect([value, failed]).toEqual([['alpha'], 'ok'])
    expect(bench.seen()).toContain('status is 403')
    expect(bench.seen()).not.toContain(proxy.credentials.slice(6))
  })
})

test('a Gateway whose address is in a network of NO_PROXY is reached without the proxy', async () => {
  vi.stubEnv('NO_PROXY', '10.0.0.0/8,127.0.0.0/8')
  const direct = createBench({ url: `https://127.0.0.1:${akeyless.port}` })

  expect(await direct.read(direct.open({ caBundle: authority.caPem }), '/a')).toEqual(['alpha'])
  expect(proxy.tunnels).toEqual([])
  await direct.close()
})

describe('a proxy that is reached by TLS', () => {
  let own: Authority
  let secure: ConnectProxy
  const usual = getCACertificates('default')

  beforeEach(async () => {
    own = await makeAuthority()
    secure = await startConnectProxy(await own.issue())
    begin(`https://localhost:${secure.port}`)
  })
  afterEach(async () => {
    setDefaultCACertificates(usual)
    await secure[Symbol.asyncDispose]()
    await own[Symbol.asyncDispose]()
  })

  test('with a CA that nobody knows is TLSFailure that says whose certificate it is and where its CA goes', async () => {
    expect(await bench.reasonOf(open().check(reading()))).toBe('TLSFailure')
    expect(bench.seen()).toMatch(
      /by proxy "localhost:\d+": its certificate is signed by an unknown CA; have NODE_EXTRA_CA_CERTS/,
    )
  })

  test('with a CA of its own carries calls to a Gateway with another, and neither vouches for the other', async () => {
    // What NODE_EXTRA_CA_CERTS does when the process starts.
    setDefaultCACertificates([...usual, own.caPem])

    expect(await bench.read(open(), '/a')).toEqual(['alpha'])
    expect(await bench.reasonOf(bench.open({ caBundle: own.caPem }).check(reading()))).toBe('TLSFailure')
    expect(secure.tunnels.length).toBeGreaterThan(0)
  })
})
