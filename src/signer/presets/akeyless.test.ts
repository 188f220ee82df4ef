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
