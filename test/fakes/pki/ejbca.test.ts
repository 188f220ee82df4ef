import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type KeyPairPem, PkiAuthority } from './authority.ts'
import { type BareCall, bareCall } from './bare-client.ts'
import { makeCsr } from './csr.ts'
import { type EjbcaStandIn, startEjbca } from './ejbca.ts'

let ejbca: EjbcaStandIn
let client: KeyPairPem
let enrolment: Record<string, unknown>
beforeAll(async () => {
  ejbca = await startEjbca(await PkiAuthority.make())
  client = await ejbca.authority.client()
})
beforeEach(async () => {
  Object.assign(ejbca.state, { auth: 'certificate', needsApproval: false, isTokenOffline: false })
  enrolment = {
    certificate_request: await makeCsr({ dnsNames: ['a.example.com'] }),
    certificate_authority_name: 'ManagementCA',
    certificate_profile_name: 'web',
    end_entity_profile_name: 'kubernetes',
    username: 'me',
    password: 'pw',
    include_chain: true,
  }
})
afterAll(() => ejbca[Symbol.asyncDispose]())

const call = (path: string, more: BareCall = {}) =>
  bareCall(`${ejbca.url}/ejbca/ejbca-rest-api/v1/certificate${path}`, ejbca.authority.rootPem, {
    cert: client.certificatePem,
    key: client.privateKeyPem,
    ...more,
  })
const enrol = (more: object = {}) => call('/pkcs10enroll', { body: { ...enrolment, ...more } })
const text = (value: unknown) => (typeof value === 'string' ? value : '')

test('enrols with 201: base64 of DER, and the chain the same', async () => {
  const { status, json } = await enrol({ end_time: '2036-01-01 00:00:00' })

  expect(status).toBe(201)
  expect(json).toMatchObject({ response_format: 'DER', certificate_chain: { length: 2 } })
  const leaf = new X509Certificate(Buffer.from(text(json['certificate']), 'base64'))
  expect(leaf.subjectAltName).toBe('DNS:a.example.com')
  expect(Math.abs(leaf.validToDate.getTime() - Date.UTC(2036, 0, 1))).toBeLessThan(5000)
})

test('PKCS7 is base64 of a PEM that OpenSSL reads, all certificates in it', async () => {
  const { json } = await enrol({ response_format: 'PKCS7' })

  const pem = Buffer.from(text(json['certificate']), 'base64').toString()
  const read = execFileSync('openssl', ['pkcs7', '-print_certs', '-noout'], { input: pem, encoding: 'utf8' })
  expect(read.match(/^subject/gm)).toHaveLength(3)
})

test.each([
  ['another format', { response_format: 'JKS' }, 400],
  ['an unknown CA', { certificate_authority_name: 'x' }, 404],
  ['no password', { password: '' }, 400],
])('refuses %s with its status and an error of its own form', async (_, more, status) => {
  const answer = await enrol(more)

  expect(answer).toMatchObject({ status, json: { error_code: status, error_message: expect.any(String) } })
})

test('an enrolment that waits is answered with 202 and a link, until it is approved, and finalized once', async () => {
  ejbca.state.needsApproval = true
  const waiting = await enrol()
  const id = /\/(\d+)\/finalize$/.exec(text(waiting.json['link']))?.[1] ?? ''
  const finalize = (password = 'pw') =>
    call(`/${id}/finalize`, { body: { response_format: 'DER', password } })

  const before = await finalize()
  ejbca.state.decide('approved')
  const answers = [await finalize('wrong'), await finalize(), await finalize()]

  expect([waiting.status, before.status, ...answers.map((it) => it.status)]).toEqual([
    202, 202, 403, 201, 400,
  ])
  expect(answers[1]?.json).not.toHaveProperty('certificate_chain')
})

test('without a client certificate, or with a bearer that nobody gave, it is 403', async () => {
  const bare = await bareCall(
    `${ejbca.url}/ejbca/ejbca-rest-api/v1/certificate/pkcs10enroll`,
    ejbca.authority.rootPem,
    { body: enrolment },
  )
  ejbca.state.auth = 'oauth'
  const bearer = await call('/pkcs10enroll', { body: enrolment, headers: { authorization: 'Bearer x' } })

  expect([bare.status, bearer.status]).toEqual([403, 403])
})

test('gives tokens by client credentials, and says that it is well to anybody', async () => {
  const body = 'grant_type=client_credentials&client_id=keyferry&client_secret=ejbca-client-secret-canary'
  const token = await bareCall(`${ejbca.url}/oauth/token`, ejbca.authority.rootPem, { body })

  expect(token.json).toMatchObject({ token_type: 'Bearer', expires_in: 300 })
  expect((await call('/status')).json).toMatchObject({ status: 'OK' })
})

test('a crypto token that is offline is 503', async () => {
  ejbca.state.isTokenOffline = true

  expect((await enrol()).status).toBe(503)
})
