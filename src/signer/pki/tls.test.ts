import type { LookupAddress } from 'node:dns'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { PkiAuthority } from '../../../test/fakes/pki/authority.ts'
import { indented } from '../../../test/fakes/pki/custom-yaml.ts'
import { type OpenOptions, openPki } from '../../../test/fakes/pki/open-signer.ts'
import { type PkiServer, startPkiServer } from '../../../test/fakes/pki/server.ts'
import { startConnectProxy } from '../../../test/fakes/proxy/connect-proxy.ts'
import type { Resolve } from '../../net/resolve.ts'

let authority: PkiAuthority
let pki: PkiServer
beforeAll(async () => {
  authority = await PkiAuthority.make()
  pki = await startPkiServer({ authority, handle: () => ({ status: 200 }), clientCertificate: 'asked' })
})
beforeEach(() => pki.show('good'))
afterEach(() => vi.unstubAllEnvs())
afterAll(() => pki[Symbol.asyncDispose]())

const steps =
  'maxConcurrentCalls: 1\nsubmit: {path: /sign, response: {certificate: {body: true}}}\nhealth: {path: /health}\ntimeouts: {connect: 5s, request: 10s}'

/** Opens a signer with this `tls`; `check` gives how, or reason and words. */
async function open(tls: string, more: Partial<OpenOptions> & { url?: string } = {}) {
  const { url = pki.url, ...rest } = more
  const { signer, log } = await openPki({ yaml: `baseURL: ${url}\ntls: ${tls}\n${steps}`, ...rest })
  const check = async () =>
    signer.check({ signal: AbortSignal.timeout(20_000), log }).then(
      ({ how }) => how,
      (error: unknown) =>
        error instanceof Error && 'reason' in error
          ? `${String(error.reason)}: ${error.message}`
          : String(error),
    )
  return { signer, log, check, [Symbol.asyncDispose]: () => signer.close() }
}

const worked = 'its health check answered'
const ca = (pem: string) => `{caBundle: ${JSON.stringify(pem)}}`

test('the CA may stand in the configuration, in a ConfigMap and in a Secret', async () => {
  const data = new Map([
    ['ConfigMap/bundle/ca.crt', authority.rootPem],
    ['Secret/bundle/root.pem', authority.rootPem],
  ])
  await using inline = await open(ca(authority.rootPem))
  await using map = await open('{caBundleRef: {name: bundle}}', { data })
  await using secret = await open('{caBundleRef: {kind: Secret, name: bundle, key: root.pem}}', { data })
  await using none = await open('{}')

  expect([await inline.check(), await map.check(), await secret.check()]).toEqual([worked, worked, worked])
  expect(await none.check()).toMatch(
    /^IssuerFault: Cannot check the health at PKI ".*unknown CA; set tls.caBundle/,
  )
})

test.each([
  ['none', /^InvalidConfig: pki.yaml: tls.caBundleRef holds no PEM certificate$/],
  [
    '-----BEGIN CERTIFICATE-----\ncanary\n-----END CERTIFICATE-----',
    /tls.caBundleRef holds a certificate that cannot be read$/,
  ],
  [undefined, /^NotFound: Cannot read pki.yaml: tls.caBundleRef: ConfigMap "bundle" has no key "ca.crt"/],
])('a bundle that is %j is told by its path', async (text, words) => {
  const data = new Map(text === undefined ? [] : [['ConfigMap/bundle/ca.crt', text]])
  await using it = await open('{caBundleRef: {name: bundle}}', { data })

  expect(await it.check()).toMatch(words)
})

test('a bundle that changes is taken at the next check, and the old connections end', async () => {
  const data = new Map([['ConfigMap/bundle/ca.crt', (await PkiAuthority.make('other')).rootPem]])
  await using it = await open('{caBundleRef: {name: bundle}}', { data })
  const before = await it.check()
  data.set('ConfigMap/bundle/ca.crt', authority.rootPem)
  const healed = await it.check()
  data.set('ConfigMap/bundle/ca.crt', (await PkiAuthority.make('third')).rootPem)

  expect(before).toMatch(/^IssuerFault/)
  expect(healed).toBe(worked)
  expect(await it.check()).toMatch(/^IssuerFault/)
})

test('an unchanged bundle keeps the connection', async () => {
  await using it = await open(ca(authority.rootPem))
  await it.check()
  const { accepted } = pki

  await it.check()

  expect(pki.accepted).toBe(accepted)
})

describe('S28: a client certificate', () => {
  const tls = () => `{caBundle: ${JSON.stringify(authority.rootPem)}, clientCertificate: {secretName: mtls}}`

  test('is shown, and a new one after it was renewed', async () => {
    const first = await authority.client()
    const data = new Map([
      ['Secret/mtls/tls.crt', first.certificatePem],
      ['Secret/mtls/tls.key', first.privateKeyPem],
    ])
    await using it = await open(tls(), { data })
    await it.check()
    const { accepted } = pki
    const second = await authority.client()
    data.set('Secret/mtls/tls.crt', second.certificatePem)
    const torn = await it.check()
    data.set('Secret/mtls/tls.key', second.privateKeyPem)
    const renewed = await it.check()

    expect(pki.seen.at(-1)?.hasClientCertificate).toBe(true)
    expect(torn).toBe(
      'InvalidConfig: pki.yaml: tls.clientCertificate names a Secret whose tls.crt and tls.key do not belong together',
    )
    expect([renewed, pki.accepted]).toEqual([worked, accepted + 1])
  })

  test('is asked for by a server that takes nobody without', async () => {
    await using strict = await startPkiServer({
      authority,
      handle: () => ({ status: 200 }),
      clientCertificate: 'required',
    })
    const { certificatePem, privateKeyPem } = await authority.client()
    const data = new Map([
      ['Secret/mtls/tls.crt', certificatePem],
      ['Secret/mtls/tls.key', privateKeyPem],
    ])
    await using without = await open(ca(authority.rootPem), { url: strict.url })
    await using by = await open(tls(), { url: strict.url, data })

    expect(await without.check()).toMatch(/^(IssuerFault|Unavailable): .*(handshake|was cut)/)
    expect(await by.check()).toBe(worked)
  })

  test('of a Secret that is not there is told by its path', async () => {
    await using it = await open(tls())

    expect(await it.check()).toMatch(
      /^NotFound: Cannot read pki.yaml: tls.clientCertificate: Secret "mtls" has no key/,
    )
  })
})

test('S27: a name of its own, a least version, and TLS 1.2 at the least', async () => {
  await using old = await startPkiServer({
    authority,
    handle: () => ({ status: 200 }),
    maxTlsVersion: 'TLSv1.2',
  })
  const bundle = `caBundle: ${JSON.stringify(authority.rootPem)}`
  await using low = await open(`{${bundle}}`, { url: old.url })
  await using high = await open(`{${bundle}, minVersion: "1.3"}`, { url: old.url })
  await using named = await open(`{${bundle}, serverName: other.example.com}`)
  const wrongName = await named.check()
  await pki.show('wrong-name')

  expect(await low.check()).toBe(worked)
  expect(await high.check()).toMatch(/^IssuerFault: .*TLS/)
  expect(wrongName).toMatch(/^IssuerFault: .*another host name/)
  expect(await named.check()).toBe(worked)
})

test('verification can be switched off, for this PKI alone, and it is told loudly', async () => {
  await pki.show('unknown-ca')
  await using off = await open('{insecureSkipVerify: true}')
  await using on = await open(ca(authority.rootPem))
  const { warnings } = await off.signer.check({ signal: AbortSignal.timeout(20_000), log: off.log })

  expect(warnings).toEqual([
    {
      reason: 'TLSVerificationOff',
      message: expect.stringMatching(/"127.0.0.1:\d+" is not verified \(tls.insecureSkipVerify\)/),
    },
  ])
  expect(await on.check()).toMatch(/^IssuerFault/)
})

test('NODE_TLS_REJECT_UNAUTHORIZED does not switch it off', async () => {
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
  await using it = await open('{}')

  expect(await it.check()).toMatch(/^IssuerFault/)
})

test('a step at another server has a trust of its own, and sees no client certificate of the PKI', async () => {
  const other = await PkiAuthority.make('sso')
  await using sso = await startPkiServer({
    authority: other,
    handle: () => ({ status: 200, body: { t: 'x' } }),
    clientCertificate: 'asked',
  })
  const { certificatePem, privateKeyPem } = await authority.client()
  const data = new Map([
    ['Secret/mtls/tls.crt', certificatePem],
    ['Secret/mtls/tls.key', privateKeyPem],
  ])
  const yaml = `baseURL: ${pki.url}
tls:
  caBundle: |
${indented(authority.rootPem, 4)}
  clientCertificate: {secretName: mtls}
login:
  url: ${sso.url}/realms/{{ .issuer.name }}/token
  tls: {caBundle: ${JSON.stringify(other.rootPem)}}
  response: {token: {path: t}}
submit: {path: /sign, response: {certificate: {body: true}}}
health: {path: /health, headers: {X-Token: "{{ .token }}"}}
`
  await using opened = await openPki({ yaml, data })

  await opened.signer.check({ signal: AbortSignal.timeout(20_000), log: opened.log })

  expect(sso.seen.map((it) => [it.path, it.hasClientCertificate])).toEqual([
    ['/realms/corp-pki/token', false],
  ])
  expect(pki.seen.at(-1)).toMatchObject({ hasClientCertificate: true, headers: { 'x-token': 'x' } })
})

describe('a proxy', () => {
  test('is used as the environment says, and its refusal is told of it', async () => {
    await using proxy = await startConnectProxy()
    vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${proxy.port}`)
    await using it = await open(ca(authority.rootPem))
    const by = await it.check()
    proxy.mode = 403
    await using refused = await open(ca(authority.rootPem))

    expect([by, proxy.tunnels[0]]).toEqual([worked, `127.0.0.1:${pki.port}`])
    expect(await refused.check()).toMatch(
      /^Unavailable: Cannot connect to PKI ".*" by proxy ".*": status is 403/,
    )
  })

  test('is passed by for the hosts of NO_PROXY', async () => {
    await using proxy = await startConnectProxy()
    vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${proxy.port}`)
    vi.stubEnv('NO_PROXY', '127.0.0.1')
    await using it = await open(ca(authority.rootPem))

    expect([await it.check(), proxy.tunnels]).toEqual([worked, []])
  })
})

describe('S9: a name', () => {
  const resolvingTo =
    (...addresses: string[]): Resolve =>
    (_hostname, _options, callback) =>
      callback(
        null,
        addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 })),
      )

  test.each(['127.0.0.1', '169.254.169.254', '::1', '10.96.0.1', 'fe80::1'])(
    'that resolves to %s is InvalidConfig, and nothing is sent',
    async (address) => {
      const { accepted } = pki
      const url = `https://pki.example.com:${pki.port}`
      const rules = { insecureLocalEndpoints: false }
      await using it = await open('{}', { url, rules, resolve: resolvingTo('10.1.2.3', address) })

      expect(await it.check()).toMatch(
        /^InvalidConfig: Cannot use pki.yaml: baseURL: host "pki.example.com:\d+" has the/,
      )
      expect(pki.accepted).toBe(accepted)
    },
  )

  test('that resolves to nothing is Unavailable', async () => {
    await using it = await open('{}', { url: 'https://pki.example.com', resolve: resolvingTo() })

    expect(await it.check()).toMatch(/^Unavailable: .*does not resolve/)
  })

  test('that is not among the allowed ones is InvalidConfig', async () => {
    const opening = open('{}', {
      url: 'https://pki.example.com',
      rules: { allowedHosts: ['*.corp.example'] },
    })

    await expect(opening).rejects.toThrow(
      'pki.yaml: baseURL cannot be used: host "pki.example.com" is not one of --allowed-pki-hosts',
    )
  })
})
