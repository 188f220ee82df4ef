import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createBench, reading, withAccessKey } from '../../test/contract/akeyless-bench.ts'
import { type Bench, endScene, startStandIn } from '../../test/contract/akeyless-scene.ts'
import { selfSigned } from '../../test/fakes/akeyless/certificates.ts'
import {
  type AkeylessStandIn,
  type ServingCertificate,
  startAkeyless,
} from '../../test/fakes/akeyless/stand-in.ts'

let certificate: ServingCertificate
let akeyless: AkeylessStandIn
let bench: Bench

beforeEach(async () => {
  certificate = await selfSigned()
  akeyless = await startStandIn({ admin: true, tls: certificate })
  akeyless.state.secret('/a', { value: 'alpha' })
  bench = createBench({ url: akeyless.url })
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await endScene(bench, akeyless)
})

const base64 = (text: string) => Buffer.from(text).toString('base64')

test('a caBundle is trusted, in base64 and as it is', async () => {
  const { certificatePem } = certificate

  const values = [
    await bench.read(bench.open({ caBundle: base64(certificatePem) }), '/a'),
    await bench.read(bench.open({ caBundle: certificatePem }), '/a'),
  ]

  expect(values).toEqual([['alpha'], ['alpha']])
})

test('no CA and a wrong one are TLSFailure that says so', async () => {
  const other = await selfSigned()

  const reasons = [
    await bench.reasonOf(bench.open().check(reading())),
    await bench.reasonOf(bench.open({ caBundle: base64(other.certificatePem) }).check(reading())),
  ]

  expect(reasons).toEqual(['TLSFailure', 'TLSFailure'])
  expect(bench.seen()).toMatch(/self-signed|unknown CA|not signed by/)
  expect(bench.seen()).toMatch(/caBundle or caProvider/)
})

test('a certificate for another name is TLSFailure that says so', async () => {
  const url = akeyless.url.replace('127.0.0.1', 'gateway.example.com')
  const resolve = (
    _name: string,
    _options: unknown,
    callback: (error: null, all: { address: string; family: number }[]) => void,
  ) => callback(null, [{ address: '127.0.0.1', family: 4 }])
  const named = createBench({ url, resolve })

  const reason = await named.reasonOf(
    named.open({ caBundle: base64(certificate.certificatePem) }).check(reading()),
  )
  await named.close()

  expect(reason).toBe('TLSFailure')
  expect(named.seen()).toContain('another host name')
})

test('http to a TLS port and TLS to an http port fail with their reason', async () => {
  const plain = await startAkeyless()
  const toPlain = bench.open({ akeylessGWApiURL: plain.url.replace('http:', 'https:') })

  const reason = await bench.reasonOf(toPlain.check(reading()))
  await plain.stop()

  expect(reason).toBe('TLSFailure')
})

test('a CA that is rotated in its ConfigMap is picked up by the next read', async () => {
  const references = withAccessKey()
  references.set('ca', { 'ca.crt': certificate.certificatePem })
  const provider = bench.open({ caProvider: { type: 'ConfigMap', name: 'ca', key: 'ca.crt' } }, references)
  await bench.read(provider, '/a')
  const next = await selfSigned()
  akeyless.setCertificate(next)
  await akeyless.down()
  await akeyless.up()

  const between = await bench.reasonOf(
    bench.read(provider, '/a').then(([it]) => it === 'TLSFailure' && Promise.reject(new Error(it))),
  )
  references.set('ca', { 'ca.crt': next.certificatePem })
  const after = await bench.read(provider, '/a')

  expect(between).toContain('TLSFailure')
  expect(after).toEqual(['alpha'])
})

test.each([
  ['nothing in it', 'no certificate here'],
  ['a broken certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'],
])('a CA with %s is InvalidSpec that names the field', async (_name, pem) => {
  await expect(bench.open({ caBundle: base64(pem) }).check(reading())).rejects.toThrow(
    /spec\.provider\.akeyless\.caBundle/,
  )
})

test('HTTPS_PROXY and NO_PROXY are honoured, also with a CA', async () => {
  const tunnels: string[] = []
  const proxy = createServer()
  proxy.on('connect', (request, socket) => {
    tunnels.push(request.url ?? '')
    const upstream = connect(akeyless.port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      upstream.pipe(socket).pipe(upstream)
    })
    for (const it of [socket, upstream]) it.on('error', () => {})
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`)
  vi.stubEnv('NO_PROXY', '')
  const caBundle = base64(certificate.certificatePem)
  const url = `https://localhost:${akeyless.port}`

  const proxied = createBench({ url })
  const through = await proxied.read(proxied.open({ caBundle }), '/a')
  await proxied.close()
  const count = tunnels.length
  vi.stubEnv('NO_PROXY', 'localhost')
  const direct = createBench({ url })
  const past = await direct.read(direct.open({ caBundle }), '/a')
  await direct.close()
  proxy.closeAllConnections()
  proxy.close()

  expect([through, past]).toEqual([['alpha'], ['alpha']])
  expect(count).toBeGreaterThan(0)
  expect(tunnels).toHaveLength(count)
})
