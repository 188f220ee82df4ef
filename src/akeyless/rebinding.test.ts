import { createServer, type Server } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { accessId, accessKey, createBench, reading } from '../../test/contract/akeyless-bench.ts'
import { type AkeylessStandIn, startAkeyless } from '../../test/fakes/akeyless/stand-in.ts'
import { type DnsServer, startDnsServer } from '../../test/fakes/dns/dns-server.ts'
import { startLoopbackServer } from '../../test/fakes/loopback-server.ts'
import type { Resolve } from '../net/resolve.ts'
import { createResolve } from '../net/resolve.ts'
import type { UrlRules } from '../net/server-url.ts'

const nowhere = { hosts: '/nonexistent', resolvConf: '/nonexistent' }
const strict: UrlRules = { insecureLocalEndpoints: false, apiServerHosts: ['10.96.0.1'] }
const local: UrlRules = { insecureLocalEndpoints: true, apiServerHosts: [] }

let dns: DnsServer
let akeyless: AkeylessStandIn
let trap: Trap
let bench: ReturnType<typeof createBench> | undefined

beforeEach(async () => {
  dns = await startDnsServer()
  akeyless = await startAkeyless()
  akeyless.state.accessKey({ accessId, accessKey, admin: true })
  trap = await startTrap(akeyless.port)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await bench?.close()
  await trap[Symbol.asyncDispose]()
  await akeyless.stop()
  await dns[Symbol.asyncDispose]()
})

interface Trap extends AsyncDisposable {
  /** Connections that came. */
  readonly caught: number
}

/** Listens on the same port as the Gateway, at another address of this machine. */
async function startTrap(port: number): Promise<Trap> {
  let caught = 0
  const server: Server = createServer((socket) => {
    caught++
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.2', resolve))
  return {
    get caught() {
      return caught
    },
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** A bench whose names are asked of the DNS server; `onAnswer` runs before an answer is used. */
function open(
  url: string,
  rules: UrlRules,
  { onAnswer = () => {}, lookupMs = 1000, connectTimeoutMs = 300 } = {},
) {
  const ask = createResolve({ servers: [dns.address], files: nowhere, timeoutMs: lookupMs })
  const resolve: Resolve = (name, options, callback) =>
    ask(name, options, (...answer) => {
      onAnswer()
      callback(...answer)
    })
  bench = createBench({ url, rules, resolve, connectTimeoutMs, probeTimeoutMs: 1000 + connectTimeoutMs })
  return bench
}

describe('S9: a name that DNS binds to another address after each question', () => {
  test('is asked for once a connection, and the address that was judged is the one connected to', async () => {
    dns.set('gateway.example.com', ['127.0.0.1'])
    const onAnswer = () => dns.set('gateway.example.com', ['127.0.0.2'])
    // A question that is not answered within a third of the time is asked twice, and would count twice.
    const { open: opened, reasonOf } = open(`http://gateway.example.com:${akeyless.port}`, local, {
      onAnswer,
      lookupMs: 9000,
      connectTimeoutMs: 10_000,
    })

    await reasonOf(opened().check(reading()))

    // The first connection is where the first answer said; only a second one may be at the second address.
    const questions = dns.asked.filter((it) => it.startsWith('A '))
    expect(akeyless.connections).toBe(1)
    expect(questions).toHaveLength(akeyless.connections + trap.caught)
  })

  test('cannot lead from a public address to this machine, however often it is tried', async () => {
    const { open: opened, reasonOf } = open(`https://gateway.example.com:${akeyless.port}`, strict)
    const reasons: string[] = []

    // TEST-NET-3 (RFC 5737) stands for a public address that nobody answers at.
    for (const address of ['203.0.113.7', '127.0.0.2', '203.0.113.7', '127.0.0.1']) {
      dns.set('gateway.example.com', [address])
      reasons.push(await reasonOf(opened().check(reading())))
    }

    expect(reasons.map((it) => it === 'InvalidSpec')).toEqual([false, true, false, true])
    expect([trap.caught, akeyless.connections]).toEqual([0, 0])
  })

  test('gets no credential while one of its addresses is forbidden', async () => {
    dns.set('gateway.example.com', ['203.0.113.7', '127.0.0.2'])

    const { open: opened, reasonOf } = open(`https://gateway.example.com:${akeyless.port}`, strict)

    expect(await reasonOf(opened().check(reading()))).toBe('InvalidSpec')
    expect(trap.caught).toBe(0)
  })
})

describe('S9: a name that DNS gives', () => {
  test.each([
    ['127.0.0.1', 'loopback'],
    ['0.0.0.0', 'unspecified'],
    ['169.254.169.254', 'metadata'],
    ['168.63.129.16', 'metadata'],
    ['169.254.170.2', 'link-local'],
    ['10.96.0.1', 'API server'],
    ['255.255.255.255', 'multicast'],
  ])('the address %s is refused as %s, whatever the name', async (address, kind) => {
    const names = ['gateway.example.com', 'localhost.evil.example', 'metadata.google.internal']
    for (const name of names) dns.set(name, [address])
    const words: string[] = []

    for (const name of names) {
      const { open: opened, reasonOf, seen, close } = open(`https://${name}`, strict)
      words.push(
        await reasonOf(opened().check(reading())),
        /has the ([A-Za-z -]+) address/.exec(seen())?.[1] ?? '',
      )
      await close()
    }

    expect(words).toEqual(names.flatMap(() => ['InvalidSpec', kind]))
  })
})

test('S9: behind a proxy an address in the URL is still refused, and a name is for the proxy to judge', async () => {
  const proxy = await startLoopbackServer()
  vi.stubEnv('HTTPS_PROXY', proxy.url)
  vi.stubEnv('NO_PROXY', '')
  dns.set('gateway.example.com', ['127.0.0.2'])
  const { open: opened, reasonOf } = open('https://gateway.example.com', strict)

  const reason = await reasonOf(opened().check(reading()))
  await proxy[Symbol.asyncDispose]()

  expect(reason).toBe('GatewayUnreachable')
  expect(() => opened({ akeylessGWApiURL: 'https://169.254.169.254' })).toThrow(/metadata address/)
  expect(dns.asked).toEqual([])
  expect(trap.caught).toBe(0)
})

test('S9: what NO_PROXY leaves to us is judged after resolution again', async () => {
  vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:1')
  vi.stubEnv('NO_PROXY', 'gateway.example.com')
  dns.set('gateway.example.com', ['127.0.0.2'])

  const { open: opened, reasonOf } = open(`https://gateway.example.com:${akeyless.port}`, strict)

  expect(await reasonOf(opened().check(reading()))).toBe('InvalidSpec')
  expect(trap.caught).toBe(0)
})
