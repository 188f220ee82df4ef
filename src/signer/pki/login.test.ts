import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ManualClock } from '../../../test/fakes/manual-clock.ts'
import type { PkiAnswer } from '../../../test/fakes/pki/handle.ts'
import { signingRequest } from '../../../test/fakes/pki/open-signer.ts'
import { type SimplePki, startSimplePki } from '../../../test/fakes/pki/simple.ts'

let pki: SimplePki
let made = 0
/** Tokens that the PKI takes. */
const good = new Set<string>()
beforeAll(async () => {
  pki = await startSimplePki()
})
beforeEach(() => {
  good.clear()
  pki.answer('/login', () => ({
    status: 200,
    body: { t: newToken(), ttl: 100, in: '1m40s', at: 1_767_225_700, when: '2026-01-01T00:01:40Z' },
  }))
  pki.answer('/sign', ({ headers }) =>
    good.has(String(headers.authorization)) ? { status: 200, body: pki.certificatePem } : { status: 401 },
  )
})
afterAll(() => pki[Symbol.asyncDispose]())

function newToken(): string {
  const token = `token-canary-${made++}`
  good.add(`Bearer ${token}`)
  return token
}

const submit =
  'submit: {path: /sign, headers: {Authorization: "Bearer {{ .token }}"}, response: {certificate: {body: true}}}'
const login = (response = 'token: {path: t}', more = '') =>
  `login: {path: /login, body: {user: "{{ .secrets.user }}"}, response: {${response}}${more}}\n${submit}`

async function opened(steps: string) {
  const clock = new ManualClock()
  const { signer, log, logged } = await pki.open(steps, { clock, credentials: { user: 'user-canary' } })
  const options = () => ({ signal: AbortSignal.timeout(20_000), log })
  const before = pki.at('/login').length
  return {
    clock,
    signer,
    logged,
    logins: () => pki.at('/login').length - before,
    sign: async () => signer.submit(await signingRequest(), options()),
    check: () => signer.check(options()),
  }
}

test('one login serves all, until its token ends', async () => {
  const { sign, logins, clock, logged } = await opened(login('token: {path: t}, ttl: {path: ttl}'))

  await Promise.all(Array.from({ length: 10 }, sign))
  clock.advance(84_000)
  await sign()
  const before = logins()
  clock.advance(2000)
  await sign()

  expect([before, logins()]).toEqual([1, 2])
  expect(logged()).not.toContain('canary')
})

test.each([
  ['ttl: {path: ttl}', 85_000],
  ['ttl: {path: ttl, unit: milliseconds}', 50],
  ['ttl: {path: in, unit: go}', 85_000],
  ['ttl: {path: at, unit: unix}', 85_000],
  ['ttl: {path: when, unit: rfc3339}', 85_000],
  ['ttl: {path: none}', 585_000],
])('a token with %s is used for %i ms', async (ttl, ms) => {
  const { sign, logins, clock } = await opened(login(`token: {path: t}, ${ttl}`))

  await sign()
  clock.advance(ms - 1)
  await sign()
  const before = logins()
  clock.advance(1)
  await sign()

  expect([before, logins()]).toEqual([1, 2])
})

test('a token of a life of its own that is not told is used for defaultTTL', async () => {
  const { sign, logins, clock } = await opened(login('token: {path: t}', ', defaultTTL: 1h, renewBefore: 1m'))

  await sign()
  clock.advance(59 * 60_000 - 1)
  await sign()
  clock.advance(1)
  await sign()

  expect(logins()).toBe(2)
})

test('a token that is refused is renewed once', async () => {
  const { sign, logins } = await opened(login())
  await sign()
  good.clear()

  await Promise.all([sign(), sign(), sign()])

  expect(logins()).toBe(2)
})

test('a PKI that refuses what it has just given is IssuerFault, after one renewal and no more', async () => {
  const { sign, logins } = await opened(login())
  await sign()
  pki.answer('/sign', { status: 403, body: { error: 'canary' } })
  const seen = pki.at('/sign').length

  const failed = sign()

  await expect(failed).rejects.toMatchObject({
    reason: 'IssuerFault',
    message: expect.stringMatching(
      /status is 403; the PKI does not accept the credentials, or they have not the right/,
    ),
  })
  expect([logins(), pki.at('/sign').length - seen]).toEqual([2, 2])
})

describe('a login that is answered with', () => {
  test.each<[PkiAnswer, string, RegExp]>([
    [{ status: 400, body: { error: 'canary' } }, 'IssuerFault', /Cannot log in at PKI ".*": status is 400/],
    [{ status: 401 }, 'IssuerFault', /Cannot log in .*status is 401; the PKI does not accept/],
    [{ status: 404 }, 'IssuerFault', /Cannot log in .*status is 404/],
    [{ status: 302 }, 'IssuerFault', /not followed/],
    [{ status: 429, headers: { 'retry-after': '9' } }, 'Unavailable', /status is 429/],
    [{ status: 503 }, 'Unavailable', /status is 503/],
    [{ status: 200, body: {} }, 'Unavailable', /holds no token at login.response.token/],
    [{ status: 200, body: { t: 'a\r\nb' } }, 'Unavailable', /holds no token/],
    [
      { status: 200, body: '<html>canary', headers: { 'content-type': 'text/html' } },
      'Unavailable',
      /HTML page/,
    ],
  ])('%j is %s, and nothing is submitted', async (answer, reason, words) => {
    pki.answer('/login', answer)
    const { sign, check } = await opened(login())
    const seen = pki.at('/sign').length

    const told = { reason, message: expect.stringMatching(words) }
    await expect(sign()).rejects.toMatchObject(told)
    await expect(check()).rejects.toMatchObject(told)

    expect(pki.at('/sign').length).toBe(seen)
  })
})

test('a rule may call an answer that looks like a success a login that ended', async () => {
  const steps = login().replace(
    'response: {certificate',
    'response: {rules: [{when: {path: e, equals: expired}, is: unauthorized}], certificate',
  )
  const { sign, logins } = await opened(steps)
  await sign()
  pki.answer('/sign', { status: 200, body: { e: 'expired' } }, { status: 200, body: pki.certificatePem })

  await sign()

  expect(logins()).toBe(2)
})

test.each([
  [
    'basic',
    `Basic {{ printf "%s:%s" .secrets.user "pw" | b64enc }}`,
    `Basic ${Buffer.from('user-canary:pw').toString('base64')}`,
  ],
  ['a static token', 'Bearer {{ .secrets.user }}', 'Bearer user-canary'],
  ['a token of a ServiceAccount', 'Bearer {{ .serviceAccountToken }}', 'Bearer sa:issuer:pki'],
])('without a login, %s goes in a header', async (_name, template, header) => {
  good.add(header)
  const steps = `submit: {path: /sign, headers: {Authorization: '${template}'}, response: {certificate: {body: true}}}
serviceAccount: {name: issuer, audiences: [pki]}`
  const { signer, log } = await pki.open(steps, {
    credentials: { user: 'user-canary\n' },
    serviceAccountToken: ({ name, audiences }) => `sa:${name}:${audiences.join()}`,
  })

  const result = await signer.submit(await signingRequest(), { signal: AbortSignal.timeout(20_000), log })

  expect(result.kind).toBe('issued')
})

describe('a check', () => {
  const plain = 'submit: {path: /sign, response: {certificate: {body: true}}}'

  test.each([
    [plain, 'TCP and TLS worked; there is neither a health step nor a login'],
    [login(), 'TCP, TLS and login worked; there is no health step'],
    [`${plain}\nhealth: {path: /health}`, 'its health check answered'],
    [`${login()}\nhealth: {path: /health}`, 'its health check answered and the login worked'],
  ])('says how it was made: %#', async (steps, how) => {
    pki.answer('/health', { status: 200 })
    const seen = pki.at('/sign').length

    expect((await (await opened(steps)).check()).how).toBe(how)
    expect(pki.at('/sign').length).toBe(seen)
  })

  test.each([
    [503, 'Unavailable'],
    [404, 'IssuerFault'],
    [401, 'IssuerFault'],
  ])('whose health answers %i is %s', async (status, reason) => {
    pki.answer('/health', { status })

    await expect((await opened(`${plain}\nhealth: {path: /health}`)).check()).rejects.toMatchObject({
      reason,
    })
  })

  test('of a health that needs a token renews one that ended', async () => {
    pki.answer('/health', ({ headers }) => ({ status: good.has(String(headers['x-token'])) ? 200 : 403 }))
    const { check, logins } = await opened(
      `${login()}\nhealth: {path: /health, headers: {X-Token: "Bearer {{ .token }}"}}`,
    )
    await check()
    good.clear()

    await check()

    expect(logins()).toBe(2)
  })
})
