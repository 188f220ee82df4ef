import { generateKeyPairSync, sign } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { login, post } from './bare-client.ts'
import { type AkeylessStandIn, startAkeyless } from './stand-in.ts'

const good = { 'access-id': 'p-1', 'access-key': 'made-up' }
const bad = { ...good, 'access-key': 'wrong' }

let akeyless: AkeylessStandIn

beforeEach(async () => {
  akeyless = await startAkeyless()
  akeyless.state.accessKey({ accessId: 'p-1', accessKey: 'made-up' })
})
afterEach(() => akeyless.stop())

describe('a login by access key', () => {
  test('gives an opaque token', async () => {
    const { status, json } = await post(akeyless.url, '/auth', good)

    expect(status).toBe(akeyless.state.guesses.authStatus)
    expect(json['token']).toMatch(/^t-[0-9a-f]{32}$/)
  })

  test.each([
    ['rfc3339', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/],
    ['unix', /^\d{10}$/],
    ['absent', /^undefined$/],
  ] as const)('spells the expiration as guessed: %s', async (expiration, form) => {
    akeyless.state.guesses = { ...akeyless.state.guesses, expiration }

    const { json } = await post(akeyless.url, '/auth', good)

    expect(String(json['expiration'])).toMatch(form)
  })

  test('with a wrong key or an unknown id is 401', async () => {
    const wrong = await post(akeyless.url, '/auth', bad)
    const unknown = await post(akeyless.url, '/auth', { ...good, 'access-id': 'p-nobody' })

    expect([wrong.status, unknown.status]).toEqual([401, 401])
    expect(wrong.json['error']).toEqual(expect.any(String))
  })

  test('is blocked after five failures in a row, also with the right key, until it is unblocked', async () => {
    for (let failures = 0; failures < 5; failures++) await post(akeyless.url, '/auth', bad)

    const blocked = await post(akeyless.url, '/auth', good)
    akeyless.state.identities.unblock('p-1')
    const unblocked = await post(akeyless.url, '/auth', good)

    expect(blocked.status).toBe(akeyless.state.guesses.blockedStatus)
    expect(unblocked.json['token']).toBeDefined()
  })

  test('a good login starts the count of failures again', async () => {
    for (let round = 0; round < 3; round++) {
      for (let failures = 0; failures < 4; failures++) await post(akeyless.url, '/auth', bad)
      await login(akeyless.url, 'p-1', 'made-up')
    }

    expect(akeyless.state.identities.failures('p-1')).toBe(0)
  })
})

describe('a token', () => {
  test('expires, and a call with it is refused as guessed', async () => {
    akeyless.state.tokenTtlMs = 1000
    akeyless.state.role({ accessId: 'p-1', rules: [{ path: '/*', capabilities: ['read'] }] })
    akeyless.state.secret('/a', { value: 'v' })
    const token = await login(akeyless.url, 'p-1', 'made-up')

    const before = await post(akeyless.url, '/get-secret-value', { token, names: ['/a'] })
    akeyless.state.advance(1000)
    const after = await post(akeyless.url, '/get-secret-value', { token, names: ['/a'] })

    expect([before.status, after.status]).toEqual([200, akeyless.state.guesses.invalidTokenStatus])
  })

  test('is told to be valid with the seconds that are left', async () => {
    akeyless.state.tokenTtlMs = 90_000
    const token = await login(akeyless.url, 'p-1', 'made-up')

    const { json } = await post(akeyless.url, '/validate-token', { token })

    expect(json['is_valid']).toBe(true)
    expect(Number(json['ttl'])).toBeGreaterThan(80)
    expect(typeof json['ttl']).toBe(akeyless.state.guesses.ttlType)
  })

  test.each(['refused', 'notValid'] as const)(
    'that was revoked is told so as guessed: %s',
    async (validateInvalid) => {
      akeyless.state.guesses = { ...akeyless.state.guesses, validateInvalid }
      const token = await login(akeyless.url, 'p-1', 'made-up')
      akeyless.state.revokeTokens('p-1')

      const { status, json } = await post(akeyless.url, '/validate-token', { token })

      expect([status, json['is_valid']]).toEqual(
        validateInvalid === 'refused' ? [401, undefined] : [200, false],
      )
    },
  )
})

test('a universal identity token logs in and is taken on every call', async () => {
  const uidToken = akeyless.state.universalIdentity({ accessId: 'p-uid' })
  akeyless.state.role({ accessId: 'p-uid', rules: [{ path: '/*', capabilities: ['read'] }] })
  akeyless.state.secret('/a', { value: 'v' })

  const body = { 'access-id': 'p-uid', 'access-type': 'universal_identity', 'uid-token': uidToken }
  const token = await post(akeyless.url, '/auth', body)
  const direct = await post(akeyless.url, '/get-secret-value', { 'uid-token': uidToken, names: ['/a'] })

  expect(token.json['token']).toMatch(/^t-/)
  expect(direct.json).toEqual({ '/a': 'v' })
})

describe('a login by JWT', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString()

  function jwt(claims: object): string {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const head = `${part({ alg: 'RS256' })}.${part(claims)}`
    return `${head}.${sign('sha256', Buffer.from(head), privateKey).toString('base64url')}`
  }

  const exp = Math.floor(Date.now() / 1000) + 600
  const body = { 'access-id': 'p-jwt', 'access-type': 'jwt' }

  beforeEach(() => akeyless.state.jwtAuth({ accessId: 'p-jwt', publicKeyPem, issuer: 'me', audience: 'you' }))

  test('brings the claims of the JWT', async () => {
    const signed = jwt({ iss: 'me', aud: 'you', sub: 'app', exp })
    const { json } = await post(akeyless.url, '/auth', { ...body, jwt: signed })

    const claims = await post(akeyless.url, '/describe-sub-claims', { token: json['token'] })

    expect(claims.json['sub_claims']).toMatchObject({ sub: ['app'], aud: ['you'] })
  })

  test.each([
    ['another issuer', jwt({ iss: 'him', aud: 'you', exp })],
    ['another audience', jwt({ iss: 'me', aud: 'him', exp })],
    ['an expired JWT', jwt({ iss: 'me', aud: 'you', exp: 1 })],
    ['a forged signature', `${jwt({ iss: 'me', aud: 'you', exp }).slice(0, -8)}AAAAAAAA`],
    ['no JWT at all', 'nonsense'],
  ])('is refused for %s', async (_, bad) => {
    const { status } = await post(akeyless.url, '/auth', { ...body, jwt: bad })

    expect(status).toBe(401)
  })
})
