import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { PkiAuthority } from '../../../test/fakes/pki/authority.ts'
import { type OpenedPreset, openPreset } from '../../../test/fakes/pki/open-preset.ts'
import { type OpenOptions, signingRequest } from '../../../test/fakes/pki/open-signer.ts'
import { presetYaml } from '../../../test/fakes/pki/preset-yaml.ts'
import { type SaasStandIn, startSaas } from '../../../test/fakes/pki/saas.ts'

let saas: SaasStandIn
beforeAll(async () => {
  saas = await startSaas(await PkiAuthority.make())
})
beforeEach(() => {
  Object.assign(saas.state, { unseen: 0, waits: 1, unsigned: 0, fails: false, allowedDomains: undefined })
})
afterAll(() => saas[Symbol.asyncDispose]())

function open(settings: object = {}, more: Partial<OpenOptions> = {}): Promise<OpenedPreset> {
  const { applicationId, templateId: certificateIssuingTemplateId, apiKey } = saas.state
  const all = { applicationId, certificateIssuingTemplateId, ...settings }
  return openPreset({
    yaml: presetYaml(saas, 'venafi-saas', all),
    credentials: { apiKey, token: apiKey },
    ...more,
  })
}

test.each([
  ['at once', { waits: 0 }],
  ['after many polls', { waits: 4 }],
  ['though the request is not to be seen at first', { unseen: 3 }],
  ['though the certificate is not signed when it is said to be', { unsigned: 3 }],
])('signs %s', async (_, state) => {
  Object.assign(saas.state, state)
  await using it = await open()

  expect(await it.sign()).toMatchObject({ subjectAltName: 'DNS:www.shop.example.com' })
})

test('asks for hours, and says who asks', async () => {
  await using it = await open()

  await it.sign({ durationSeconds: 5400 })

  const body: unknown = JSON.parse(saas.seen.findLast((one) => one.method === 'POST')?.body ?? '{}')
  expect(body).toMatchObject({
    validityPeriod: 'PT2H',
    apiClientInformation: { type: 'Keyferry', identifier: 'shop/corp-pki' },
  })
})

test('takes an access token in place of an API key', async () => {
  await using it = await open({ accessTokenKey: 'token' })

  expect(await it.check()).toBe('its health check answered')
  expect(saas.seen.at(-1)?.headers['tppl-api-key']).toBeUndefined()
})

test('a pending request is found by its id alone after a restart', async () => {
  const request = await signingRequest()
  const taken = await open().then(async (first) => {
    await using it = first
    return await it.submit(request)
  })
  const id = typeof taken === 'object' && taken.kind === 'pending' ? taken.id : ''
  await using second = await open()

  const results = [await second.poll(request, id), await second.poll(request, id)]

  expect(results).toMatchObject([{ kind: 'pending', id }, { kind: 'issued' }])
})

test.each([
  ['the order fails', { fails: true }, {}, /^Refused: .*\(code 21002\); the request failed/],
  ['a name is not permitted', { allowedDomains: [] }, {}, /^Refused: .*status is 400 \(code 10718\)/],
  [
    'there is no such template',
    {},
    { certificateIssuingTemplateId: '00000000-0000-4000-8000-000000000000' },
    /^IssuerFault: .*status is 404 .*no such application or issuing template/,
  ],
])('where %s, the request fails as it should', async (_, state, settings, words) => {
  Object.assign(saas.state, state)
  await using it = await open(settings)

  const said = await it.sign()

  expect(said).toMatch(words)
  expect(said).not.toContain('canary')
})

test('an API key that is not known is the fault of the issuer', async () => {
  await using it = await open({}, { credentials: { apiKey: 'other' } })

  expect(await it.check()).toMatch(/^IssuerFault: .*status is 401/)
})

test('two kinds of credentials are a wrong configuration', async () => {
  await expect(open({ apiKeyKey: 'apiKey', accessTokenKey: 'token' })).rejects.toThrow(/exclude each other/)
})
