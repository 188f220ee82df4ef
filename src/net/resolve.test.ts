import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { accessId, accessKey, createBench, reading } from '../../test/contract/akeyless-bench.ts'
import { type AkeylessStandIn, startAkeyless } from '../../test/fakes/akeyless/stand-in.ts'
import { type DnsAnswer, type DnsServer, startDnsServer } from '../../test/fakes/dns/dns-server.ts'
import type { Resolve } from './resolve.ts'
import { createResolve } from './resolve.ts'

let dns: DnsServer
let folder: string
let files: { hosts: string; resolvConf: string }

beforeEach(async () => {
  dns = await startDnsServer()
  folder = await mkdtemp(join(tmpdir(), 'keyferry-dns-'))
  files = { hosts: join(folder, 'hosts'), resolvConf: join(folder, 'resolv.conf') }
})
afterEach(async () => {
  await dns[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

const resolver = (timeoutMs = 600) => createResolve({ servers: [dns.address], files, timeoutMs })

/** The addresses of a name, or the code of the error. */
function lookUp(name: string, resolve: Resolve = resolver(), family?: number): Promise<string> {
  const options = { all: true as const, ...(family !== undefined && { family }) }
  return new Promise((done) => {
    resolve(name, options, (error, found) => done(error?.code ?? found.map((it) => it.address).join(' ')))
  })
}

describe('a name', () => {
  test.each<[DnsAnswer, string]>([
    [['127.0.0.9', '127.0.0.10'], '127.0.0.9 127.0.0.10'],
    [[], 'ENODATA'],
    ['NXDOMAIN', 'ENOTFOUND'],
    ['SERVFAIL', 'ESERVFAIL'],
    ['REFUSED', 'ESERVFAIL'],
    ['silence', 'ETIMEOUT'],
  ])('for which DNS has %j resolves to %s', async (answer, expected) => {
    dns.set('gateway.example.com', answer)

    expect(await lookUp('gateway.example.com')).toBe(expected)
  })

  test('without a DNS server is a failure of DNS, and not a refused connection', async () => {
    const resolve = createResolve({ servers: ['127.0.0.1:1'], files, timeoutMs: 600 })

    expect(await lookUp('gateway.example.com', resolve)).toMatch(/^(ESERVFAIL|ETIMEOUT)$/)
  })

  test('is looked up anew each time, but once for all who ask meanwhile', async () => {
    const resolve = resolver()
    dns.set('gateway.example.com', ['127.0.0.9'])
    const together = await Promise.all([1, 2, 3].map(() => lookUp('gateway.example.com', resolve)))
    const asked = dns.asked.length

    dns.set('gateway.example.com', ['127.0.0.10'])
    const later = await lookUp('gateway.example.com', resolve)

    expect([...together, later]).toEqual(['127.0.0.9', '127.0.0.9', '127.0.0.9', '127.0.0.10'])
    expect(asked).toBe(2)
  })

  test('in the hosts file is not asked for', async () => {
    await writeFile(
      files.hosts,
      '# gateways\n127.0.0.5 other Gateway.example.com.\n::1 gateway.example.com # v6\n',
    )

    expect(await lookUp('gateway.example.com')).toBe('127.0.0.5 ::1')
    expect(await lookUp('gateway.example.com', resolver(), 6)).toBe('::1')
    expect(dns.asked).toEqual([])
  })

  test.each([
    ['search a.example b.example\noptions ndots:2', 'gw.ns', ['gw.ns.a.example', 'gw.ns.b.example', 'gw.ns']],
    ['search a.example', 'gw.ns', ['gw.ns', 'gw.ns.a.example']],
    ['search a.example', 'gw', ['gw.a.example', 'gw']],
    ['domain a.example.\noptions timeout:9 ndots:5', 'gw.ns.', ['gw.ns']],
    ['# search a.example', 'gw', ['gw']],
  ])('under "%s" is looked for as the C library does: %s', async (resolvConf, name, expected) => {
    await writeFile(files.resolvConf, resolvConf)

    await lookUp(name)

    expect([...new Set(dns.asked.map((it) => it.split(' ')[1]))]).toEqual(expected)
  })

  test('of the search list that exists is taken, and one that fails is told though a later one is absent', async () => {
    await writeFile(files.resolvConf, 'search a.example b.example\noptions ndots:5')
    dns.set('gw.b.example', ['127.0.0.7'])
    dns.set('broken.a.example', 'SERVFAIL')

    expect(await lookUp('gw')).toBe('127.0.0.7')
    expect(await lookUp('broken')).toBe('ESERVFAIL')
  })

  test('of the system resolves as it did', async () => {
    const [, known = 'localhost'] = /^127\.0\.0\.1\s+(\S+)/m.exec(await readFile('/etc/hosts', 'utf8')) ?? []

    expect(await lookUp(known, createResolve())).toContain('127.0.0.1')
  })
})

describe('a Gateway', () => {
  let akeyless: AkeylessStandIn
  let bench: ReturnType<typeof createBench>

  beforeEach(async () => {
    akeyless = await startAkeyless()
    akeyless.state.accessKey({ accessId, accessKey, admin: true })
    akeyless.state.secret('/a', { value: 'alpha' })
    bench = createBench({ url: urlOf('gateway.example.com'), resolve: resolver(), callTimeoutMs: 5000 })
  })
  afterEach(async () => {
    await bench.close()
    await akeyless.stop()
  })

  const urlOf = (host: string) => `http://${host}:${akeyless.port}`

  test.each<[DnsAnswer, RegExp]>([
    ['NXDOMAIN', /does not resolve; check the host name \(ENOTFOUND\)/],
    [[], /does not resolve; check the host name \(ENODATA\)/],
    ['SERVFAIL', /cannot be looked up; check the DNS of the cluster \(ESERVFAIL\)/],
    ['silence', /cannot be looked up; check the DNS of the cluster \(ETIMEOUT\)/],
  ])('whose name answers %j is DNSFailure, and heals with DNS', async (answer, words) => {
    dns.set('gateway.example.com', answer)
    const provider = bench.open()

    const failed = await bench.reasonOf(provider.check(reading()))
    dns.set('gateway.example.com', ['127.0.0.1'])
    const healed = await bench.read(provider, '/a')

    expect(failed).toBe('DNSFailure')
    expect(bench.seen()).toMatch(words)
    expect(healed).toEqual(['alpha'])
  })

  test('that moves to another address is found there when its connections end', async () => {
    dns.set('gateway.example.com', ['127.0.0.1'])
    const provider = bench.open()
    await bench.read(provider, '/a')
    const { port } = akeyless
    await akeyless.stop()
    const moved = await startAkeyless({ port })
    moved.state.accessKey({ accessId, accessKey, admin: true })
    moved.state.secret('/a', { value: 'moved' })
    const asked = dns.asked.length

    const value = await bench.read(provider, '/a')
    await moved.stop()

    expect(value).toEqual(['moved'])
    expect(dns.asked.length).toBeGreaterThan(asked)
  })

  test('is not delayed by 64 others whose names nobody answers for', async () => {
    const names = Array.from({ length: 64 }, (_, index) => `dead-${index}.example.com`)
    for (const name of names) dns.set(name, 'silence')
    dns.set('gateway.example.com', ['127.0.0.1'])
    const slow = createBench({ url: urlOf('unused.example.com'), resolve: resolver(3000) })
    const dead = names.map((name) => slow.open({ akeylessGWApiURL: urlOf(name) }))
    const failing = dead.map((it) => slow.reasonOf(it.check(reading())))
    await expect.poll(() => new Set(dns.asked).size, { timeout: 2000 }).toBeGreaterThanOrEqual(64)

    const started = performance.now()
    const value = await bench.read(bench.open(), '/a')
    const tookMs = performance.now() - started
    const files = await timed(() => readFile('/etc/hosts'))
    const reasons = await Promise.all(failing)
    await slow.close()

    expect(value).toEqual(['alpha'])
    expect(Math.max(tookMs, files)).toBeLessThan(1000)
    expect(new Set(reasons)).toEqual(new Set(['DNSFailure']))
  })
})

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}
