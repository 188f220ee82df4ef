import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AkeylessPkiStandIn, startAkeylessPki } from './akeyless-pki.ts'
import { PkiAuthority } from './authority.ts'
import { bareCall } from './bare-client.ts'
import { makeCsr } from './csr.ts'

let gateway: AkeylessPkiStandIn
let wanted: Record<string, unknown>
beforeAll(async () => {
  gateway = await startAkeylessPki(await PkiAuthority.make())
  const { accessId, accessKey } = gateway.state
  const credentials = { 'access-type': 'access_key', 'access-id': accessId, 'access-key': accessKey }
  const { json } = await call('/auth', credentials)
  const csr = await makeCsr({ dnsNames: ['a.example.com'] })
  wanted = {
    'cert-issuer-name': '/pki/web',
    'csr-data-base64': Buffer.from(csr).toString('base64'),
    ttl: '3600',
    'extended-key-usage': 'serverauth',
    token: json['token'],
    json: true,
  }
})
afterAll(() => gateway[Symbol.asyncDispose]())

function call(path: string, body: object) {
  return bareCall(`${gateway.url}${path}`, gateway.authority.rootPem, { body })
}

test('signs for a token, and gives the certificates of the CA apart', async () => {
  const { status, json } = await call('/get-pki-certificate', wanted)

  expect(status).toBe(200)
  expect(String(json['data']).match(/BEGIN CERTIFICATE/g)).toHaveLength(1)
  expect(String(json['parent_cert'])).toContain(gateway.authority.rootPem)
})

test('an issuer without a certificate of its CA says null', async () => {
  gateway.state.issuers.set('/pki/alone', { longestSeconds: 3600, givesParent: false })

  const { json } = await call('/api/v2/get-pki-certificate', { ...wanted, 'cert-issuer-name': '/pki/alone' })

  expect(json['parent_cert']).toBeNull()
})

test.each([
  ['another token', { token: 'x' }, 401],
  ['another issuer', { 'cert-issuer-name': '/x' }, 404],
  ['a life that is none', { ttl: '1h' }, 400],
  ['a CSR that is DER', { 'csr-data-base64': 'AAAA' }, 400],
])('refuses %s', async (_, more, status) => {
  expect((await call('/get-pki-certificate', { ...wanted, ...more })).status).toBe(status)
})

test('gives no token for another access key', async () => {
  const credentials = { 'access-type': 'access_key', 'access-id': 'p-x', 'access-key': 'x' }

  expect((await call('/auth', credentials)).status).toBe(401)
})
