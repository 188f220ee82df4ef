import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { PkiAuthority } from '../../../test/fakes/pki/authority.ts'
import { type OpenedPreset, openPreset } from '../../../test/fakes/pki/open-preset.ts'
import { presetYaml } from '../../../test/fakes/pki/preset-yaml.ts'
import { type StepStandIn, startStep } from '../../../test/fakes/pki/step.ts'
import { makeProvisioner } from '../../../test/partners/step-ca-provisioner.ts'

let ca: StepStandIn
const provisioner = makeProvisioner('keyferry')
beforeAll(async () => {
  ca = await startStep(await PkiAuthority.make())
  ca.state.provisioners.push(provisioner)
})
beforeEach(() => {
  ca.faults.clear()
  Object.assign(ca.state, { health: 'ok', allowedDomains: undefined })
})
afterAll(() => ca[Symbol.asyncDispose]())

function open(settings: object = {}, key = JSON.stringify(provisioner.privateKey)): Promise<OpenedPreset> {
  const yaml = presetYaml(ca, 'step-ca', { provisioner: 'keyferry', ...settings })
  return openPreset({ yaml, credentials: { 'provisioner-key': key } })
}

function lastToken(): { header: Record<string, unknown>; claims: Record<string, unknown> } {
  const body = ca.seen.findLast((it) => it.path === '/1.0/sign')?.body ?? '{}'
  const [header, claims] = (JSON.parse(body) as { ott: string }).ott
    .split('.')
    .slice(0, 2)
    .map((it) => JSON.parse(Buffer.from(it, 'base64url').toString()) as Record<string, unknown>)
  return { header: header ?? {}, claims: claims ?? {} }
}

test('a token is for the names of one CSR, for five minutes, once', async () => {
  await using it = await open()

  await it.sign({ commonName: 'a.example.com', dnsNames: ['b.example.com'], ipAddresses: ['192.0.2.1'] })
  const { header, claims } = lastToken()
  await it.sign()

  expect(header).toEqual({ alg: 'ES256', kid: provisioner.kid, typ: 'JWT' })
  expect(claims).toMatchObject({
    iss: 'keyferry',
    aud: `${ca.url}/1.0/sign`,
    sub: 'a.example.com',
    sans: ['b.example.com', '192.0.2.1'],
  })
  expect(Number(claims['exp']) - Number(claims['nbf'])).toBe(300)
  expect(lastToken().claims['jti']).not.toBe(claims['jti'])
})

test('a token that fell into other hands signs no other CSR', async () => {
  await using it = await open()
  await it.sign()
  const { claims } = lastToken()

  expect(claims['cnf']).toEqual({ 'x5rt#S256': expect.stringMatching(/^[\w-]{43}$/) })
})

test('a certificate is not lost when the roots cannot be had', async () => {
  ca.faults.add({ path: '/roots', kind: 'status', status: 500 })
  await using it = await open()

  expect(await it.check()).toBe('its health check answered')
  expect(await it.sign()).toMatchObject({ subjectAltName: 'DNS:www.shop.example.com' })
  expect(it.logged()).toContain('CA certificates of the PKI could not be read')
})

test.each([
  [
    'a name is not permitted',
    { allowedDomains: [] },
    {},
    /^Refused: .*status is 403; step-ca does not permit/,
  ],
  ['the provisioner is another', {}, { provisioner: 'other' }, /^IssuerFault: .*does not accept the token/],
  ['the key is another', {}, { kid: 'other' }, /^IssuerFault: .*does not accept the token/],
  ['the audience is another', {}, { audience: 'https://x/1.0/sign' }, /^IssuerFault: .*not accept the token/],
])('where %s, the request fails as it should', async (_, state, settings, words) => {
  Object.assign(ca.state, state)
  await using it = await open(settings)

  const said = await it.sign()

  expect(said).toMatch(words)
  expect(said).not.toContain('canary')
})

test('a CSR without a name is refused before anything is sent', async () => {
  const submits = ca.state.submits
  await using it = await open()

  const said = await it.sign({ dnsNames: [] })

  expect(said).toMatch(/^Refused: .*the CSR holds no name/)
  expect(ca.state.submits).toBe(submits)
})

test('one that is not well is not ready', async () => {
  ca.state.health = 'sick'
  await using it = await open()

  expect(await it.check()).toMatch(/^Unavailable: .*step-ca does not say that it is ok/)
})

const publicJwk = JSON.stringify(provisioner.publicKey)
const x25519 = generateKeyPairSync('x25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

test.each([
  ['no key at all', {}, 'canary', /neither a private JWK nor a private key in PEM/],
  ['a public key', {}, publicJwk, /neither a private JWK/],
  ['a key that cannot sign', {}, x25519, /names no private key that can sign/],
  ['the name of a key that is not there', { key: 'other' }, '', /needs key "other" in the Secret/],
  ['the name of a password that is not there', { passwordKey: 'p' }, '{}', /needs key "p" in the Secret/],
])('%s is a wrong configuration, found as it is opened', async (_, settings, key, words) => {
  const opening = open(settings, key)

  await expect(opening).rejects.toThrow(words)
  await expect(opening).rejects.not.toThrow('canary')
})

test.each(['rsa', 'ed25519', 'P-384', 'P-521'])('signs with a key %s', async (kind) => {
  const { privateKey } =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : kind === 'ed25519'
        ? generateKeyPairSync('ed25519')
        : generateKeyPairSync('ec', { namedCurve: kind })
  await using it = await open({}, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())

  await it.sign()

  const names: Record<string, string> = { rsa: 'RS256', ed25519: 'EdDSA', 'P-384': 'ES384', 'P-521': 'ES512' }
  expect(lastToken().header['alg']).toBe(names[kind])
})
