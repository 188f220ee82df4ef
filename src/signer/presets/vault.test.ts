import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { PkiAuthority } from '../../../test/fakes/pki/authority.ts'
import { indented } from '../../../test/fakes/pki/custom-yaml.ts'
import { type OpenOptions, openPki, signingRequest } from '../../../test/fakes/pki/open-signer.ts'
import { startVault, type VaultHealth, type VaultStandIn } from '../../../test/fakes/pki/vault.ts'
import type { SigningRequest } from '../signer.ts'

let vault: VaultStandIn
let token: string
beforeAll(async () => {
  vault = await startVault(await PkiAuthority.make())
})
beforeEach(() => {
  Object.assign(vault.state, { health: 'active', namespace: undefined })
  token = vault.state.newToken()
})
afterAll(() => vault[Symbol.asyncDispose]())

const byToken = 'auth: {token: {}}'

/** Opens by these settings; `sign` gives the leaf, or reason and words. */
async function open(settings: string, more: Partial<OpenOptions> = {}) {
  const ca = indented(vault.authority.rootPem, 4)
  const yaml = `preset: vault\nbaseURL: ${vault.url}\nsettings: {${settings}}\ntls:\n  caBundle: |\n${ca}\n`
  const { signer, log } = await openPki({ yaml, credentials: { token }, ...more })
  const options = () => ({ signal: AbortSignal.timeout(20_000), log })
  const words = (error: unknown) =>
    error instanceof Error && 'reason' in error ? `${String(error.reason)}: ${error.message}` : String(error)
  return {
    sign: async (
      request: Partial<SigningRequest> & { commonName?: string; dnsNames?: string[]; uris?: string[] } = {},
    ) => {
      const result = await signer.submit(await signingRequest(request), options()).catch(words)
      if (typeof result === 'string') return result
      return result.kind === 'issued' ? new X509Certificate(result.certificates[0] ?? '') : 'pending'
    },
    check: async () => signer.check(options()).then(({ how }) => how, words),
    [Symbol.asyncDispose]: () => signer.close(),
  }
}

const lastBody = () => JSON.parse(vault.seen.at(-1)?.body ?? '{}') as Record<string, unknown>

test('signs by a role, asking as cert-manager does', async () => {
  await using it = await open(`role: web, ${byToken}`)

  const leaf = await it.sign({
    commonName: 'a.b',
    dnsNames: ['a.b', 'c.d'],
    uris: ['spiffe://x'],
    durationSeconds: 7200,
  })

  expect(leaf).toHaveProperty('subjectAltName', 'DNS:a.b, DNS:c.d, URI:spiffe://x')
  expect(vault.seen.at(-1)).toMatchObject({
    path: '/v1/pki/sign/web',
    headers: { 'x-vault-request': 'true' },
  })
  expect(lastBody()).toEqual({
    csr: expect.stringContaining('BEGIN CERTIFICATE REQUEST'),
    common_name: 'a.b',
    alt_names: 'a.b,c.d',
    ip_sans: '',
    uri_sans: 'spiffe://x',
    ttl: '7200s',
    format: 'pem',
    exclude_cn_from_sans: true,
  })
})

test.each([
  ['role: web, issuerRef: blue', '/v1/pki/issuer/blue/sign/web'],
  ['mode: sign-verbatim', '/v1/pki/sign-verbatim'],
  ['mode: sign-verbatim, role: web', '/v1/pki/sign-verbatim/web'],
  ['mode: sign-verbatim, issuerRef: blue, role: web', '/v1/pki/issuer/blue/sign-verbatim/web'],
  ['mode: sign-intermediate', '/v1/pki/root/sign-intermediate'],
  ['mode: sign-intermediate, issuerRef: blue', '/v1/pki/issuer/blue/sign-intermediate'],
])('%s asks at %s', async (settings, path) => {
  await using it = await open(`${settings}, ${byToken}`)

  expect(await it.sign()).toBeInstanceOf(X509Certificate)
  expect(vault.seen.at(-1)?.path).toBe(path)
})

test('sign-verbatim hands usages on in the words of Vault', async () => {
  await using it = await open(`mode: sign-verbatim, ${byToken}`)

  const leaf = await it.sign({ usages: ['signing', 'digital signature', 'client auth', 'code signing'] })

  expect(lastBody()).toMatchObject({
    key_usage: ['DigitalSignature'],
    ext_key_usage: ['ClientAuth', 'CodeSigning'],
  })
  expect(leaf).toHaveProperty('keyUsage', ['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.3'])
})

test('sign-intermediate makes a CA', async () => {
  await using it = await open(`mode: sign-intermediate, ${byToken}`)

  expect(await it.sign({ isCA: true })).toHaveProperty('ca', true)
})

test('names its namespace with every call but the health check', async () => {
  vault.state.namespace = 'admin/team'
  await using without = await open(`role: web, ${byToken}`)
  await using by = await open(`role: web, namespace: admin/team, ${byToken}`)

  expect(await without.check()).toMatch(/^IssuerFault: Cannot log in .*status is 404/)
  expect(await by.check()).toBe('its health check answered and the login worked')
  expect(await by.sign()).toBeInstanceOf(X509Certificate)
  expect(vault.seen.findLast((it) => it.path === '/v1/sys/health')?.headers).not.toHaveProperty(
    'x-vault-namespace',
  )
})

describe('the health check', () => {
  test.each<[VaultHealth, RegExp]>([
    ['active', /^its health check answered/],
    ['standby', /^its health check answered/],
    ['performance-standby', /^its health check answered/],
    ['recovery', /^its health check answered/],
    ['sealed', /^Unavailable: .*status is 503; Vault is sealed$/],
    ['uninitialised', /^Unavailable: .*status is 501; Vault is not initialised$/],
  ])('of a Vault that is %s', async (health, words) => {
    vault.state.health = health
    await using it = await open(`role: web, ${byToken}`)

    expect(await it.check()).toMatch(words)
  })

  test('proves a static token, unless it may not look itself up', async () => {
    const credentials = { token: 'wrong-canary' }
    await using checked = await open(`role: web, ${byToken}`, { credentials })
    await using unchecked = await open('role: web, auth: {token: {lookup: false}}', { credentials })

    expect(await checked.check()).toMatch(/^IssuerFault: Cannot log in .*status is 403/)
    expect(await unchecked.check()).toBe('its health check answered')
  })
})

describe('a login', () => {
  test('by Kubernetes auth asks for the audience of this issuer, as cert-manager does', async () => {
    const asked: unknown[] = []
    vault.state.kubernetesRoles.set('r', (jwt) => jwt === 'jwt-1')
    const auth = 'auth: {kubernetes: {role: r, mount: k8s/prod, serviceAccount: {name: sa}}}'
    await using elsewhere = await open(`role: web, ${auth}`)
    await using it = await open(`role: web, ${auth.replace('mount: k8s/prod, ', '')}`, {
      serviceAccountToken: (ref) => {
        asked.push(ref)
        return 'jwt-1'
      },
    })

    expect(await it.sign()).toBeInstanceOf(X509Certificate)
    expect(asked).toEqual([{ name: 'sa', audiences: ['vault://shop/corp-pki'], expirationSeconds: 600 }])
    expect(await elsewhere.check()).toMatch(/^IssuerFault/)
    expect(vault.seen.some((it) => it.path === '/v1/auth/k8s/prod/login')).toBe(true)
  })

  test.each([
    ['{appRole: {roleId: nobody}}', /^IssuerFault: Cannot log in .*status is 400/],
    [
      '{kubernetes: {role: nobody, serviceAccount: {name: sa}}}',
      /^IssuerFault: Cannot log in .*status is 400/,
    ],
  ])('by %s that is refused is the fault of the issuer, not of the request', async (auth, words) => {
    await using it = await open(`role: web, auth: ${auth}`, { credentials: { secretId: 'x-canary' } })

    const told = await it.sign()

    expect(told).toMatch(words)
    expect(told).not.toContain('canary')
  })

  test('by a role id with braces sends them as they are', async () => {
    vault.state.appRoles.set('{{ .x }}', 's')
    await using it = await open("role: web, auth: {appRole: {roleId: '{{ .x }}'}}", {
      credentials: { secretId: 's' },
    })

    expect(await it.check()).toMatch(/login worked/)
  })
})

describe('what Vault refuses', () => {
  test.each([
    ['role: nobody', {}, /^Refused: .*status is 400; the PKI refuses this request/],
    ['role: narrow', {}, /^Refused: .*status is 400/],
    ['role: web, mount: none', {}, /^IssuerFault: .*status is 404; there is no PKI engine at this mount/],
  ])('by %s is told without its words', async (settings, request, words) => {
    vault.state.roles.set('narrow', { allowedDomains: ['example.org'] })
    await using it = await open(`${settings}, ${byToken}`)

    const told = await it.sign(request)

    expect(told).toMatch(words)
    expect(told).not.toContain('canary')
  })

  test('for want of a right is IssuerFault', async () => {
    vault.state.tokens.set(token, { endsAtMs: Date.now() + 60_000, mayNot: 'sign/' })
    await using it = await open(`role: web, ${byToken}`)

    expect(await it.sign()).toMatch(/^IssuerFault: .*status is 403/)
  })

  test.each([412, 472, 473])('for now by %i is tried again', async (status) => {
    vault.faults.add({ kind: 'status', status, path: '/sign/', times: 1 })
    await using it = await open(`role: web, ${byToken}`)

    expect(await it.sign()).toMatch(/^Unavailable: .*this node of Vault cannot serve it now/)
    expect(await it.sign()).toBeInstanceOf(X509Certificate)
  })
})

test('a role that caps the time to live gives less, and that is not refused', async () => {
  vault.state.roles.set('short', { maxTTLSeconds: 600 })
  await using it = await open(`role: short, ${byToken}`)

  const leaf = await it.sign({ durationSeconds: 86_400 })

  expect(leaf instanceof X509Certificate && leaf.validToDate.getTime() - Date.now()).toBeLessThan(601_000)
})
