import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { PkiAuthority } from './authority.ts'
import { bareCall } from './bare-client.ts'
import { makeCsr } from './csr.ts'
import { startTpp, type TppStandIn } from './tpp.ts'

let tpp: TppStandIn
let csr: string
beforeAll(async () => {
  tpp = await startTpp(await PkiAuthority.make())
  csr = await makeCsr({ dnsNames: ['a.example.com'] })
})
beforeEach(() => void Object.assign(tpp.state, { waits: 0, fails: false, answersAtOnce: false }))
afterAll(() => tpp[Symbol.asyncDispose]())

const call = (path: string, body: object, token = '') =>
  bareCall(`${tpp.url}${path}`, tpp.authority.rootPem, {
    body,
    headers: { authorization: `Bearer ${token}` },
  })

async function logIn() {
  const { clientId: client_id, username, password } = tpp.state
  const grant = { client_id, username, password, scope: 'certificate:manage' }
  const { json } = await call('/vedauth/authorize/oauth', grant)
  return { token: String(json['access_token']), refresh: String(json['refresh_token']), json }
}

test('grants a token by password, that says when it ends', async () => {
  const { json } = await logIn()

  expect(json).toMatchObject({
    token_type: 'Bearer',
    scope: 'certificate:manage',
    expires: expect.any(Number),
  })
})

test('a refresh token is good once, and gives the next', async () => {
  const { refresh } = await logIn()
  const again = (refresh_token: string) =>
    call('/vedauth/authorize/token', { client_id: tpp.state.clientId, refresh_token })

  const [first, second] = [await again(refresh), await again(refresh)]
  const third = await again(String(first.json['refresh_token']))

  expect([first.status, second.status, third.status]).toEqual([200, 400, 200])
  expect(second.json).toMatchObject({ error: 'invalid_grant' })
})

test('takes a request with 200 or 202, and gives the certificate when it is there', async () => {
  const { token } = await logIn()
  tpp.state.waits = 2
  const request = { PolicyDN: tpp.state.policy, PKCS10: csr, ObjectName: 'one' }

  const taken = await call('/vedsdk/certificates/request', request, token)
  const CertificateDN = taken.json['CertificateDN']
  const retrieve = (more: object = {}) =>
    call(
      '/vedsdk/Certificates/Retrieve',
      { CertificateDN, Format: 'base64', IncludeChain: true, ...more },
      token,
    )
  const answers = [await retrieve(), await retrieve(), await retrieve()]
  const reversed = await retrieve({ RootFirstOrder: true })

  expect([taken.status, ...answers.map((it) => it.status)]).toEqual([202, 202, 202, 200])
  const pems = (value: unknown) =>
    Buffer.from(String(value), 'base64')
      .toString()
      .match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? []
  expect(pems(answers[2]?.json['CertificateData'])).toHaveLength(3)
  expect(pems(reversed.json['CertificateData'])).toEqual(
    pems(answers[2]?.json['CertificateData']).toReversed(),
  )
})

test('an object that came to an error takes no request until it is reset', async () => {
  const { token } = await logIn()
  tpp.state.fails = true
  const request = () =>
    call(
      '/vedsdk/certificates/request',
      { PolicyDN: tpp.state.policy, PKCS10: csr, ObjectName: 'bad' },
      token,
    )
  const { json } = await request()
  const by = { CertificateDN: json['CertificateDN'] }

  const failed = await call('/vedsdk/certificates/retrieve', { ...by, Format: 'base64' }, token)
  const stuck = await request()
  const reset = await call('/vedsdk/certificates/reset', { ...by, Restart: false }, token)
  const free = await request()

  expect([failed.status, stuck.status, reset.status, free.status]).toEqual([500, 400, 200, 200])
})

test.each([
  ['no token', '', { PolicyDN: '' }, 401],
  ['another folder', undefined, { PolicyDN: 'other' }, 400],
])('refuses %s', async (_, given, more, status) => {
  const token = given ?? (await logIn()).token

  expect((await call('/vedsdk/certificates/request', { PKCS10: csr, ...more }, token)).status).toBe(status)
})

test('tells anybody that it is there', async () => {
  expect((await bareCall(`${tpp.url}/vedsdk/`, tpp.authority.rootPem)).status).toBe(200)
})
