import { createPrivateKey, randomUUID, sign } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeProvisioner } from '../../partners/step-ca-provisioner.ts'
import { PkiAuthority } from './authority.ts'
import { bareCall } from './bare-client.ts'
import { makeCsr } from './csr.ts'
import { type StepStandIn, startStep } from './step.ts'

let ca: StepStandIn
let csr: string
const provisioner = makeProvisioner('me')
beforeAll(async () => {
  ca = await startStep(await PkiAuthority.make())
  ca.state.provisioners.push(provisioner)
  csr = await makeCsr({ dnsNames: ['a.example.com'] })
})
afterAll(() => ca[Symbol.asyncDispose]())

function token(more: object = {}): string {
  const now = Math.floor(Date.now() / 1000)
  const names = { sub: 'a.example.com', sans: ['a.example.com'] }
  const times = { nbf: now, exp: now + 300, jti: randomUUID() }
  const claims = { iss: 'me', aud: `${ca.url}/1.0/sign`, ...names, ...times, ...more }
  const head = { alg: 'ES256', kid: provisioner.kid }
  const text = [head, claims].map((it) => Buffer.from(JSON.stringify(it)).toString('base64url')).join('.')
  const key = createPrivateKey({ key: provisioner.privateKey, format: 'jwk' })
  const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' })
  return `${text}.${signature.toString('base64url')}`
}

const ask = (path: string, body?: object) =>
  bareCall(`${ca.url}${path}`, ca.authority.rootPem, body === undefined ? {} : { body })
const hand = (ott: string, more: object = {}) => ask('/1.0/sign', { csr, ott, notAfter: '24h', ...more })

test('signs once for a token: leaf and issuer, and the root at an address of its own', async () => {
  const ott = token()

  const [first, again] = [await hand(ott), await hand(ott)]
  const roots = await ask('/1.0/roots')

  expect([first.status, again.status]).toEqual([201, 401])
  expect(first.json).toMatchObject({ certChain: { length: 2 }, crt: expect.stringContaining('BEGIN') })
  expect(roots.json).toEqual({ crts: [ca.authority.rootPem] })
})

test.each([
  ['another issuer', { iss: 'x' }, 401],
  ['another audience', { aud: 'https://x/1.0/sign' }, 401],
  ['an end that is past', { exp: 1 }, 401],
  ['no id', { jti: '' }, 401],
  ['another name', { sub: 'b', sans: ['b'] }, 403],
  ['another CSR', { cnf: { 'x5rt#S256': 'x' } }, 403],
])('a token with %s is not taken', async (_, more, status) => {
  expect(await hand(token(more))).toMatchObject({ status, json: { status } })
})

test('refuses what is no CSR, no token, and a life that is too long', async () => {
  const answers = [
    await hand(token(), { csr: '' }),
    await hand(''),
    await hand(token(), { notAfter: '9000h' }),
  ]

  expect(answers.map((it) => it.status)).toEqual([400, 400, 403])
})

test('says that it is well, and which provisioners there are', async () => {
  expect((await ask('/health')).json).toEqual({ status: 'ok' })
  expect((await ask('/provisioners')).json).toMatchObject({ provisioners: [{ name: 'me', type: 'JWK' }] })
})
