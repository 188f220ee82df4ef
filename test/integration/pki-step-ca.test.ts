import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OpenedPreset, openPreset } from '../fakes/pki/open-preset.ts'
import { openPki, signingRequest } from '../fakes/pki/open-signer.ts'
import { presetYaml } from '../fakes/pki/preset-yaml.ts'
import { type StepCa, startStepCa } from '../partners/step-ca.ts'

describe('the real step-ca', () => {
  let ca: StepCa
  beforeAll(async () => {
    ca = await startStepCa()
  }, 300_000)
  afterAll(() => ca[Symbol.asyncDispose]())

  function optionsFor(settings: object = {}, key: string = JSON.stringify(ca.provisioner.privateKey)) {
    const server = { url: ca.url, authority: { rootPem: ca.rootPem } }
    const yaml = presetYaml(server, 'step-ca', { provisioner: ca.provisioner.name, ...settings })
    return { yaml, credentials: { 'provisioner-key': key, password: 'p\n' } }
  }

  const open = (settings: object = {}, key?: string): Promise<OpenedPreset> =>
    openPreset(optionsFor(settings, key))
  const pemOf = (options: { cipher?: string; passphrase?: string } = {}) =>
    createPrivateKey({ key: ca.provisioner.privateKey, format: 'jwk' })
      .export({ type: 'pkcs8', format: 'pem', ...options })
      .toString()

  test('signs for names of every kind, with the root at hand', async () => {
    await using opened = await openPki(optionsFor())
    const request = await signingRequest({
      commonName: 'a.example.com',
      dnsNames: ['a.example.com', '*.b.example.com'],
      ipAddresses: ['192.0.2.7', '2001:db8::1'],
      uris: ['spiffe://example.com/a'],
      emails: ['a@example.com'],
    })

    const result = await opened.signer.submit(request, {
      signal: AbortSignal.timeout(10_000),
      log: opened.log,
    })

    const certificates = result.kind === 'issued' ? result.certificates : []
    const distinct = new Set(certificates.map((it) => Buffer.from(it).toString('base64')))
    expect(distinct.size).toBe(3)
  })

  test('passes the check, and what it signs can be published', async () => {
    await using it = await open()

    expect(await it.check()).toBe('its health check answered')
    expect(await it.sign({ commonName: 'a.example.com' })).toMatchObject({
      subject: 'CN=a.example.com',
      subjectAltName: 'DNS:www.shop.example.com',
    })
  })

  test('lives as long as was asked for', async () => {
    await using it = await open()

    const leaf = await it.sign({ durationSeconds: 7200 })

    const hours = typeof leaf === 'string' ? leaf : (leaf.validToDate.getTime() - Date.now()) / 3_600_000
    expect(hours).toBeCloseTo(2, 1)
  })

  test('takes a key in PEM, by its thumbprint', async () => {
    await using it = await open({}, pemOf())

    expect(await it.sign()).toMatchObject({ subjectAltName: 'DNS:www.shop.example.com' })
  })

  test('takes a key in encrypted PEM', async () => {
    const pem = pemOf({ cipher: 'aes-256-cbc', passphrase: 'p' })
    await using it = await open({ passwordKey: 'password' }, pem)

    expect(await it.sign()).toMatchObject({ subjectAltName: 'DNS:www.shop.example.com' })
  })

  test('refuses a life over its limit, and the request is refused', async () => {
    await using it = await open()

    expect(await it.sign({ durationSeconds: 86_400 * 200 })).toMatch(/^Refused: .*status is 403/)
  })

  test.each([
    ['another key', {}, () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey],
    ['another audience', { audience: 'https://other.example.com/1.0/sign' }, undefined],
    ['another provisioner', { provisioner: 'nobody' }, undefined],
  ])('does not accept %s, which is the fault of the issuer', async (_, settings, make) => {
    const key = make === undefined ? undefined : make().export({ type: 'pkcs8', format: 'pem' }).toString()
    await using it = await open(settings, key)

    expect(await it.sign()).toMatch(/^IssuerFault: .*status is 401; the PKI does not accept the token/)
  })
})
