import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:tls'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createBench, reading, withAccessKey } from '../../test/contract/akeyless-bench.ts'
import { type Bench, endScene, startStandIn } from '../../test/contract/akeyless-scene.ts'
import { type Authority, makeAuthority } from '../../test/fakes/akeyless/authority.ts'
import type { AkeylessStandIn, ServingCertificate } from '../../test/fakes/akeyless/stand-in.ts'

let authority: Authority
let good: ServingCertificate
let akeyless: AkeylessStandIn
let bench: Bench

beforeAll(async () => {
  authority = await makeAuthority()
  good = await authority.issue()
})
afterAll(() => authority[Symbol.asyncDispose]())

beforeEach(async () => {
  akeyless = await startStandIn({ admin: true, tls: good })
  akeyless.state.secret('/a', { value: 'alpha' })
  bench = createBench({ url: akeyless.url })
})
afterEach(() => endScene(bench, akeyless))

const open = () => bench.open({ caBundle: authority.caPem })

describe('a certificate that', () => {
  test.each([
    ['has expired', { expired: true }, /its certificate has expired; renew it there \(CERT_HAS_EXPIRED\)/],
    ['is for another host', { names: ['DNS:other.example.com'] }, /for another host name; use a name that/],
    ['is for another address', { names: ['IP:127.0.0.2'] }, /for another host name/],
  ])('%s is TLSFailure that says what to do, and a good one heals', async (_name, issue, words) => {
    akeyless.setCertificate(await authority.issue(issue))

    const failed = await bench.reasonOf(open().check(reading()))
    akeyless.setCertificate(good)
    const healed = await bench.read(open(), '/a')

    expect(failed).toBe('TLSFailure')
    expect(bench.seen()).toMatch(words)
    expect(healed).toEqual(['alpha'])
  })

  test('another CA signed is TLSFailure that says what to do, and the right CA heals', async () => {
    await using other = await makeAuthority()

    const failed = await bench.reasonOf(bench.open({ caBundle: other.caPem }).check(reading()))

    expect(failed).toBe('TLSFailure')
    expect(bench.seen()).toMatch(/unknown CA; set caBundle or caProvider/)
    expect(await bench.read(open(), '/a')).toEqual(['alpha'])
  })

  test('is renewed under the same CA costs nobody anything', async () => {
    const provider = open()
    await bench.read(provider, '/a')
    akeyless.setCertificate(await authority.issue())

    const kept = await bench.read(provider, '/a')
    await akeyless.down()
    await akeyless.up()
    const anew = await bench.read(provider, '/a')

    expect([kept, anew]).toEqual([['alpha'], ['alpha']])
    expect(bench.calls.filter((it) => it.includes('Failure'))).toEqual([])
  })

  test('expires while connections stand fails the next connection only', async () => {
    const provider = open()
    await bench.read(provider, '/a')
    akeyless.setCertificate(await authority.issue({ expired: true }))

    const kept = await bench.read(provider, '/a')
    await akeyless.down()
    await akeyless.up()
    const anew = await bench.reasonOf(readOrThrow(provider))

    expect([kept, anew]).toEqual([['alpha'], expect.stringContaining('TLSFailure')])
  })
})

/** A failure of the item and one of the whole read, told alike. */
async function readOrThrow(provider: Parameters<typeof bench.read>[0]): Promise<void> {
  const [reason = ''] = await bench.read(provider, '/a')
  throw new Error(reason)
}

test('a server with nothing above TLS 1.1 is TLSFailure that says so', async () => {
  const { certificatePem: cert, privateKeyPem: key } = good
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
  const server = createServer({ cert, key, ...old }).on('tlsClientError', () => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  const provider = bench.open({ akeylessGWApiURL: `https://127.0.0.1:${port}`, caBundle: authority.caPem })
  const reason = await bench.reasonOf(provider.check(reading()))
  server.close()

  expect(reason).toBe('TLSFailure')
  expect(bench.seen()).toMatch(/no version of TLS from 1\.2 on; switch one on there/)
})

test('a CA that changes is used by the next call over a connection of its own, and the old ones end', async () => {
  await bench.close()
  bench = createBench({ url: akeyless.url, idleTimeoutMs: 400 })
  const references = withAccessKey()
  references.set('ca', { 'ca.crt': authority.caPem })
  const provider = bench.open({ caProvider: { type: 'ConfigMap', name: 'ca', key: 'ca.crt' } }, references)
  await bench.read(provider, '/a')
  const before = akeyless.connections

  // The same CA and one more: what was trusted still is, but not over what was opened under the old bundle.
  await using other = await makeAuthority()
  references.set('ca', { 'ca.crt': `${authority.caPem}${other.caPem}` })
  const kept = await bench.read(provider, '/a')
  const opened = akeyless.connections - before
  references.set('ca', { 'ca.crt': other.caPem })
  const refused = await bench.reasonOf(readOrThrow(provider))

  expect(kept).toEqual(['alpha'])
  expect(opened).toBeGreaterThan(0)
  expect(refused).toContain('TLSFailure')
  await expect.poll(() => akeyless.openConnections, { timeout: 5000 }).toBe(0)
})
