import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AkeylessPkiStandIn, startAkeylessPki } from '../../../test/fakes/pki/akeyless-pki.ts'
import { PkiAuthority } from '../../../test/fakes/pki/authority.ts'
import { type OpenedPreset, openPreset } from '../../../test/fakes/pki/open-preset.ts'
import { presetYaml } from '../../../test/fakes/pki/preset-yaml.ts'

let gateway: AkeylessPkiStandIn
beforeAll(async () => {
  gateway = await startAkeylessPki(await PkiAuthority.make())
  const longestSeconds = 86_400
  gateway.state.issuers.set('/pki/narrow', { longestSeconds, allowedDomains: ['example.org'] })
  gateway.state.issuers.set('/pki/alone', { longestSeconds, givesParent: false })
})
afterAll(() => gateway[Symbol.asyncDispose]())

function open(certIssuerName: string, accessKey = gateway.state.accessKey): Promise<OpenedPreset> {
  const { accessId } = gateway.state
  const more = { baseURL: `${gateway.url}/api/v2` }
  const yaml = presetYaml(gateway, 'akeyless', { certIssuerName }, more)
  return openPreset({ yaml, credentials: { accessId, accessKey } })
}

test('hands in the CSR as base64 of PEM, with the usages in the words of the Gateway', async () => {
  await using it = await open('/pki/web')

  await it.sign({ usages: ['digital signature', 'server auth', 'client auth'] })

  const body: unknown = JSON.parse(gateway.seen.at(-1)?.body ?? '{}')
  expect(body).toMatchObject({
    'cert-issuer-name': '/pki/web',
    'extended-key-usage': 'serverauth,clientauth',
    'csr-data-base64': expect.stringMatching(/^LS0tLS1CRUdJTi/),
    ttl: '86400',
  })
})

test('leaves extended usages to the issuer when none is asked for', async () => {
  await using it = await open('/pki/web')

  await it.sign({ usages: ['digital signature'] })

  expect(JSON.parse(gateway.seen.at(-1)?.body ?? '{}')).not.toHaveProperty('extended-key-usage')
})

test('takes a certificate without that of its CA', async () => {
  await using it = await open('/pki/alone')

  expect(await it.sign()).toMatchObject({ subjectAltName: 'DNS:www.shop.example.com' })
})

test.each([
  ['a name is not permitted', '/pki/narrow', 86_400, /^Refused: .*status is 400/],
  ['the life is over that of the issuer', '/pki/alone', 86_401, /^Refused: .*status is 400/],
  ['there is no such issuer', '/pki/none', 86_400, /^IssuerFault: .*no such PKI certificate issuer/],
])('where %s, the request fails as it should', async (_, name, durationSeconds, words) => {
  await using it = await open(name)

  const said = await it.sign({ durationSeconds })

  expect(said).toMatch(words)
  expect(said).not.toContain('canary')
})

test('an access key that is not known is the fault of the issuer', async () => {
  await using it = await open('/pki/web', 'other')

  expect(await it.check()).toMatch(/^IssuerFault: Cannot log in .*status is 401/)
})

const kubernetesAuth = { accessID: 'p-abcdefghijkl', k8sConfName: 'prod', serviceAccountRef: { name: 'pki' } }

function openBy(auth: object, more: object = {}): Promise<OpenedPreset> {
  const settings = { certIssuerName: '/pki/web', auth }
  const yaml = presetYaml(gateway, 'akeyless', settings, { baseURL: `${gateway.url}/api/v2`, ...more })
  const data = new Map([
    ['Secret/key/access', gateway.state.accessKey],
    ['Secret/key/id', gateway.state.accessId],
  ])
  return openPreset({
    yaml,
    data,
    serviceAccountToken: ({ name }) => (name === 'pki' ? 'jwt-canary' : 'other'),
  })
}

test('logs in as a ServiceAccount, without a Secret', async () => {
  await using it = await openBy({ kubernetesAuth })

  expect(await it.sign()).toMatchObject({ subjectAltName: 'DNS:www.shop.example.com' })
  expect(it.logged()).not.toContain('canary')
})

test('logs in by Secrets that it names, in the words of a SecretStore', async () => {
  const selector = (key: string) => ({ name: 'key', key })
  await using it = await openBy({
    secretRef: { accessID: selector('id'), accessTypeParam: selector('access') },
  })

  expect(await it.sign()).toMatchObject({ subjectAltName: 'DNS:www.shop.example.com' })
})

test('a refused ServiceAccount is the fault of the issuer, and the message names the setting', async () => {
  const wrong = { ...kubernetesAuth, serviceAccountRef: { name: 'other' } }
  await using it = await openBy({ kubernetesAuth: wrong })

  expect(await it.check()).toMatch(
    /^IssuerFault: Cannot log in as access id "p-abc.*auth config "prod".*status is 401/,
  )
})

test('a namespace cannot be chosen', async () => {
  const away = { ...kubernetesAuth, serviceAccountRef: { name: 'pki', namespace: 'kube-system' } }
  await using it = await openBy({ kubernetesAuth: away })

  expect(await it.check()).toBe(
    'InvalidConfig: Cannot use pki.yaml: settings.auth.kubernetesAuth.serviceAccountRef.namespace: issuers reach the namespace of their configuration only',
  )
})

test.each([
  [
    'two ways in',
    { kubernetesAuth, jwtAuth: { accessID: 'p-1', secretRef: { name: 'a' } } },
    /takes one of kubernetesAuth and jwtAuth/,
  ],
  ['no way in', {}, /pki.yaml: settings.auth needs secretRef or one of/],
])('%s is a wrong configuration', async (_, auth, words) => {
  await using it = await openBy(auth)

  const said = await it.check()

  expect(said).toMatch(/^InvalidConfig: /)
  expect(said).toMatch(words)
})

test('a denied request costs one look at the token and no login', async () => {
  await using it = await open('/pki/web')
  await it.sign()
  const { logins, validations } = gateway.state
  gateway.faults.add({ path: '/get-pki-certificate', kind: 'status', status: 403 })

  const said = await it.sign()
  gateway.faults.clear()

  expect(said).toMatch(/^IssuerFault: /)
  expect([gateway.state.logins - logins, gateway.state.validations - validations]).toEqual([0, 1])
})

test('a certificate of the client is refused where Akeyless is logged in to', async () => {
  const tls = { caBundle: gateway.authority.rootPem, serverName: 'other.example.com' }

  await expect(openBy({ kubernetesAuth }, { tls })).rejects.toThrow(/pki.yaml: tls.serverName cannot be used/)
})

test('a CA that lies in a ConfigMap is read when the issuer is opened, and not for each request', async () => {
  const reads: string[] = []
  const data = new (class extends Map<string, string> {
    override get(key: string): string | undefined {
      reads.push(key)
      return super.get(key)
    }
  })([['ConfigMap/ca/ca.crt', gateway.authority.rootPem]])
  const tls = { caBundleRef: { name: 'ca' } }
  const more = { baseURL: `${gateway.url}/api/v2`, tls }
  const { accessId, accessKey } = gateway.state
  const yaml = presetYaml(gateway, 'akeyless', { certIssuerName: '/pki/web' }, more)
  await using it = await openPreset({ yaml, data, credentials: { accessId, accessKey } })
  await it.sign()
  const before = reads.length

  expect(await it.sign()).toMatchObject({ subjectAltName: 'DNS:www.shop.example.com' })
  expect(reads.slice(before)).toEqual([])
})
