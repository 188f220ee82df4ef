import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { PkiAuthority } from '../../../test/fakes/pki/authority.ts'
import { type OpenedPreset, openPreset } from '../../../test/fakes/pki/open-preset.ts'
import { type OpenOptions, signingRequest } from '../../../test/fakes/pki/open-signer.ts'
import { presetYaml } from '../../../test/fakes/pki/preset-yaml.ts'
import { startTpp, type TppStandIn } from '../../../test/fakes/pki/tpp.ts'

let tpp: TppStandIn
const secretPath = 'Secret/tpp/refresh-token'
beforeAll(async () => {
  tpp = await startTpp(await PkiAuthority.make())
})
beforeEach(() => {
  tpp.faults.clear()
  tpp.state.refreshTokens.clear()
  Object.assign(tpp.state, {
    waits: 1,
    fails: false,
    answersAtOnce: false,
    allowedDomains: undefined,
    logins: 0,
  })
})
afterAll(() => tpp[Symbol.asyncDispose]())

interface More extends Partial<OpenOptions> {
  readonly settings?: object
}

function open({ settings, ...more }: More = {}): Promise<OpenedPreset> {
  const { policy: policyDN, clientId, username, password } = tpp.state
  const all = { policyDN, clientId, auth: { password: {} }, ...settings }
  return openPreset({
    yaml: presetYaml(tpp, 'venafi-tpp', all),
    credentials: { username, password },
    ...more,
  })
}

const byRefresh = { settings: { auth: { refreshToken: { secretName: 'tpp' } } }, credentials: undefined }
const bodies = (path: string) =>
  tpp.seen.filter((it) => it.path.endsWith(path)).map((it) => JSON.parse(it.body) as Record<string, unknown>)

test('asks for an object of its own for each request, for days and without renewal by the platform', async () => {
  await using it = await open({
    settings: { customFields: { Team: '{{ get .request.annotations "team" }}' } },
  })

  await it.sign({ uid: 'uid-1', name: 'www-1', annotations: { 'external-issuer.io/team': 'shop' } })

  expect(bodies('/certificates/request').at(-1)).toMatchObject({
    PolicyDN: tpp.state.policy,
    ObjectName: 'www-1-uid-1',
    DisableAutomaticRenewal: true,
    CASpecificAttributes: [{ Name: 'Validity Period', Value: '1' }],
    CustomFields: [{ Name: 'Team', Values: ['shop'] }],
  })
})

test.each([
  ['after 202 and many polls', { waits: 5 }],
  ['after 200 without the certificate', { waits: 0 }],
  ['with the answer itself', { answersAtOnce: true }],
])('signs %s', async (_, state) => {
  Object.assign(tpp.state, state)
  await using it = await open()

  expect(await it.sign()).toMatchObject({ subjectAltName: 'DNS:www.shop.example.com' })
})

test('a pending request is found by its id alone after a restart', async () => {
  const request = await signingRequest()
  const result = await open().then(async (first) => {
    await using it = first
    return await it.submit(request)
  })
  const id = typeof result === 'string' || result.kind !== 'pending' ? '' : result.id
  await using second = await open()

  const results = [await second.poll(request, id), await second.poll(request, id)]

  expect(results).toMatchObject([{ kind: 'pending', id }, { kind: 'issued' }])
})

test('a name that the policy does not permit is refused, and no word of the platform is shown', async () => {
  tpp.state.allowedDomains = ['example.org']
  await using it = await open()

  const words = await it.sign()

  expect(words).toMatch(/^Refused: .*status is 400/)
  expect(words).not.toContain('canary')
})

test('an object that came to an error is refused and reset, so that it is free for the next request', async () => {
  tpp.state.fails = true
  const resets = tpp.state.resets
  await using it = await open({ settings: { objectName: 'shared' } })

  const first = await it.sign()
  tpp.state.fails = false
  const second = await it.sign()

  expect(first).toMatch(/^Refused: .*the certificate object came to an error/)
  expect(tpp.state.resets - resets).toBe(1)
  expect(second).toMatchObject({ subjectAltName: 'DNS:www.shop.example.com' })
})

test('a reset that fails hides nothing of why the request was refused', async () => {
  tpp.state.fails = true
  tpp.faults.add({ path: '/certificates/reset', kind: 'status', status: 500 })
  await using it = await open()

  expect(await it.sign()).toMatch(/^Refused: .*the certificate object came to an error/)
  expect(it.logged()).toContain('could not be reset')
})

test('a life that the policy fixes is taken only where the configuration says so', async () => {
  await using asked = await open({ settings: { validityAttribute: 'Other' } })
  await using fixed = await open({ settings: { validity: 'profile' } })

  expect(await asked.sign()).toMatch(/^Refused: /)
  expect(await fixed.sign()).toMatchObject({ subjectAltName: 'DNS:www.shop.example.com' })
})

test('logs in by a client certificate', async () => {
  const { certificatePem, privateKeyPem } = await tpp.authority.client()
  const tls = { caBundle: tpp.authority.rootPem, clientCertificate: { secretName: 'client' } }
  const { policy: policyDN, clientId } = tpp.state
  const settings = { policyDN, clientId, auth: { certificate: {} } }
  const data = new Map([
    ['Secret/client/tls.crt', certificatePem],
    ['Secret/client/tls.key', privateKeyPem],
  ])
  await using it = await openPreset({ yaml: presetYaml(tpp, 'venafi-tpp', settings, { tls }), data })

  expect(await it.check()).toBe('its health check answered and the login worked')
})

test('a wrong password is the fault of the issuer, by the code of the platform', async () => {
  await using it = await open({ credentials: { username: 'svc-keyferry', password: 'wrong' } })

  expect(await it.check()).toMatch(/^IssuerFault: Cannot log in .*code invalid_grant.*check the user/)
})

test('each login replaces the refresh token, which is on record before the access token is used', async () => {
  const first = tpp.state.newRefreshToken()
  const data = new Map([[secretPath, first]])
  const usesBefore: number[] = []
  const from = tpp.seen.length
  const save = async () =>
    void usesBefore.push(
      tpp.seen.slice(from).filter((it) => it.headers.authorization?.startsWith('Bearer')).length,
    )
  await using it = await open({ ...byRefresh, data, save })

  await it.sign()
  tpp.state.tokens.clear()
  const leaf = await it.sign()

  expect(leaf).toMatchObject({ subjectAltName: 'DNS:www.shop.example.com' })
  expect(tpp.state.logins).toBe(2)
  expect(data.get(secretPath)).not.toBe(first)
  expect([...tpp.state.refreshTokens]).toContain(data.get(secretPath))
  expect(usesBefore[0]).toBe(0)
})

test('a token that could not be saved is not used, is kept in memory, and is saved before the next login', async () => {
  const data = new Map([[secretPath, tpp.state.newRefreshToken()]])
  let isBroken = true
  const save = async () => {
    if (isBroken) throw new Error('the API server is away')
  }
  await using it = await open({ ...byRefresh, data, save })
  const submits = tpp.state.submits

  const failed = await it.sign()
  isBroken = false
  const leaf = await it.sign()

  expect(failed).toContain('the API server is away')
  expect(leaf).toMatchObject({ subjectAltName: 'DNS:www.shop.example.com' })
  expect(tpp.state.submits - submits).toBe(1)
  expect([...tpp.state.refreshTokens]).toEqual([data.get(secretPath)])
})

test('after a crash between answer and record the platform locks us out, which is said, until a new token is put in', async () => {
  const data = new Map([[secretPath, tpp.state.newRefreshToken()]])
  const save = async () => {
    throw new Error('killed')
  }
  const crashed = await open({ ...byRefresh, data, save })
  await crashed.sign()
  await crashed[Symbol.asyncDispose]()
  await using it = await open({ ...byRefresh, data })

  const locked = await it.check()
  data.set(secretPath, tpp.state.newRefreshToken())
  const healed = await it.check()

  expect(locked).toMatch(
    /^IssuerFault: Cannot log in .*the refresh token is spent or has ended; put a new one/,
  )
  expect(healed).toBe('its health check answered and the login worked')
})

test('a signer that is closed in the middle of a login still puts the answer on record', async () => {
  const data = new Map([[secretPath, tpp.state.newRefreshToken()]])
  tpp.faults.add({ path: '/vedauth/authorize/token', kind: 'slow', ms: 300 })
  const it = await open({ ...byRefresh, data })

  const checking = it.check()
  await expect.poll(() => tpp.state.logins).toBe(1)
  await it[Symbol.asyncDispose]()
  await checking

  expect([...tpp.state.refreshTokens]).toEqual([data.get(secretPath)])
})

test.each([
  ['no grant', { auth: {} }, /settings\.auth needs one of password, certificate and refreshToken/],
  ['two grants', { auth: { password: {}, certificate: {} } }, /needs one of/],
  ['another tree', { policyDN: String.raw`\VED\Other` }, /policyDN does not begin with/],
])('%s is a wrong configuration', async (_, settings, words) => {
  await expect(open({ settings })).rejects.toThrow(words)
})
