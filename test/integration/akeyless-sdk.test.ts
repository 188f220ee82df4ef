import sdk, { type Api } from 'akeyless'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newNamespace, sharedCluster } from '../cluster/shared.ts'
import { selfSigned } from '../fakes/akeyless/certificates.ts'
import { type AkeylessStandIn, startAkeyless } from '../fakes/akeyless/stand-in.ts'

const admin = { 'access-id': 'p-admin', 'access-key': 'made-up-for-this-test' }

let akeyless: AkeylessStandIn
let namespace: string
let accessId: string
let adminToken: string

beforeAll(async () => {
  namespace = await newNamespace('akeyless-sdk')
  for (const name of ['app', 'stranger', 'reviewer']) await kubectl('create', 'serviceaccount', name)
  const binding = ['create', 'clusterrolebinding', namespace, '--clusterrole=system:auth-delegator']
  await kubectl(...binding, `--serviceaccount=${namespace}:reviewer`)
  akeyless = await startAkeyless({ pageSize: 2 })
  akeyless.state.accessKey({ accessId: 'p-admin', accessKey: admin['access-key'], admin: true })
  adminToken = (await api().auth(admin)).token
  accessId = await onboard()
})

afterAll(async () => {
  await akeyless.stop()
  await kubectl('delete', 'clusterrolebinding', namespace)
})

/** The provider's own onboarding, in its own order, through its own SDK. */
async function onboard(): Promise<string> {
  const { server, caPem } = sharedCluster()
  const token = adminToken
  const bounds = { 'bound-namespaces': [namespace], 'bound-sa-names': ['app'] }
  const method = await api().authMethodCreateK8s({ token, name: '/demo-k8s', ...bounds })
  await api().gatewayCreateK8SAuthConfig({
    token,
    name: 'demo',
    'access-id': method.access_id,
    'signing-key': method.prv_key,
    'k8s-host': server,
    'k8s-ca-cert': Buffer.from(caPem).toString('base64'),
    'token-reviewer-jwt': await jwtOf('reviewer'),
  })
  await api().createRole({ token, name: '/demo-role' })
  const rule = { token, 'role-name': '/demo-role', path: '/{{namespace}}/*', capability: ['read', 'list'] }
  await api().setRoleRule(rule)
  const subClaims = { namespace, service_account_name: 'app,worker' }
  await api().assocRoleAuthMethod({
    token,
    'role-name': '/demo-role',
    'am-name': '/demo-k8s',
    'sub-claims': subClaims,
  })
  return method.access_id
}

function api(base = ''): Api {
  const client = new sdk.ApiClient()
  client.basePath = akeyless.url + base
  return new sdk.V2Api(client)
}

async function kubectl(...args: readonly string[]): Promise<string> {
  return (await sharedCluster().kubectl('--namespace', namespace, ...args)).trim()
}

function jwtOf(serviceAccount: string, ...more: readonly string[]): Promise<string> {
  return kubectl('create', 'token', serviceAccount, ...more)
}

function loginWith(jwt: string, config = 'demo') {
  const body = { 'access-id': accessId, 'access-type': 'k8s', 'k8s-auth-config-name': config }
  return api().auth({ ...body, 'k8s-service-account-token': Buffer.from(jwt).toString('base64') })
}

async function appToken(): Promise<string> {
  return (await loginWith(await jwtOf('app'))).token
}

/** What the SDK rejects with: a plain object. */
async function refusalOf(call: Promise<unknown>): Promise<{ status: number; text: string }> {
  const refused: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (typeof refused !== 'object' || refused === null) throw new Error('the call was not refused')
  const { status, body } = refused as { status: number; body?: { error?: string } }
  return { status, text: body?.error ?? '' }
}

describe('Kubernetes auth through the SDK and a real TokenReview', () => {
  test('a ServiceAccount within the bounds logs in, and its claims are known', async () => {
    const { token } = await loginWith(await jwtOf('app'))

    const { sub_claims } = await api().describeSubClaims({ token })
    const valid = await api().validateToken({ token })

    expect(token).toMatch(/^t-/)
    expect(sub_claims).toMatchObject({
      namespace: [namespace],
      service_account_name: ['app'],
      config_name: ['demo'],
    })
    expect(sub_claims['service_account_uid']?.[0]).toHaveLength(36)
    expect(valid).toMatchObject({ is_valid: true })
    expect(valid.ttl).toBeGreaterThan(3500)
    expect(akeyless.calls.of('/auth').at(-1)?.review).toMatchObject({ authenticated: true })
  })

  test('a raw JWT is taken like one in base64', async () => {
    const body = { 'access-id': accessId, 'access-type': 'k8s', 'k8s-auth-config-name': 'demo' }

    const { token } = await api('/v2').auth({ ...body, 'k8s-service-account-token': await jwtOf('app') })

    expect(token).toMatch(/^t-/)
  })

  test('a ServiceAccount outside the bounds is refused', async () => {
    const refusal = await refusalOf(loginWith(await jwtOf('stranger')))

    expect(refusal.status).toBe(401)
    akeyless.state.identities.unblock(accessId)
  })

  test('a JWT that the API server refuses is refused, with its words', async () => {
    const jwt = await jwtOf('app')
    const forged = `${jwt.slice(0, -8)}AAAAAAAA`

    const refusal = await refusalOf(loginWith(forged))

    expect(refusal.status).toBe(akeyless.state.guesses.reviewRefusedStatus)
    expect(refusal.text).toContain('TokenReview')
    expect(refusal.text).not.toContain(forged)
    expect(akeyless.calls.of('/auth').at(-1)?.review?.authenticated).toBe(false)
    akeyless.state.identities.unblock(accessId)
  })

  test('a JWT for another audience is refused, because the review names none', async () => {
    const refusal = await refusalOf(loginWith(await jwtOf('app', '--audience=elsewhere')))

    expect(refusal.status).toBe(akeyless.state.guesses.reviewRefusedStatus)
    akeyless.state.identities.unblock(accessId)
  })

  test('an audience that the method asks for is passed to the review', async () => {
    const { server, caPem } = sharedCluster()
    const k8s = { host: server, caPem, reviewerToken: await jwtOf('reviewer') }
    akeyless.state.k8sAuth({ accessId: 'p-audience', config: 'audience', audience: 'vault', k8s })
    const login = async (audience: string) => {
      const body = { 'access-id': 'p-audience', 'access-type': 'k8s', 'k8s-auth-config-name': 'audience' }
      return api().auth({
        ...body,
        'k8s-service-account-token': await jwtOf('app', `--audience=${audience}`),
      })
    }

    const good = await login('vault')
    const bad = await refusalOf(login('elsewhere'))

    expect(good.token).toMatch(/^t-/)
    expect(bad.status).toBe(akeyless.state.guesses.reviewRefusedStatus)
  })

  test('a reviewer without the right to review fails the login as the Gateway, not as the caller', async () => {
    const { server, caPem } = sharedCluster()
    const k8s = { host: server, caPem, reviewerToken: await jwtOf('stranger') }
    akeyless.state.k8sAuth({ accessId: 'p-noreview', config: 'noreview', k8s })
    const body = { 'access-id': 'p-noreview', 'access-type': 'k8s', 'k8s-auth-config-name': 'noreview' }

    const refusal = await refusalOf(api().auth({ ...body, 'k8s-service-account-token': await jwtOf('app') }))

    expect(refusal.status).toBe(akeyless.state.guesses.reviewFailedStatus)
    expect(refusal.text).toContain('status is 403')
    expect(akeyless.state.identities.failures('p-noreview')).toBe(0)
  })

  test('without a reviewer token the JWT itself is the bearer', async () => {
    const { server, caPem } = sharedCluster()
    akeyless.state.k8sAuth({
      accessId: 'p-self',
      config: 'self',
      k8s: { host: server, caPem, reviewerToken: '' },
    })
    const body = { 'access-id': 'p-self', 'access-type': 'k8s', 'k8s-auth-config-name': 'self' }

    const self = await api().auth({ ...body, 'k8s-service-account-token': await jwtOf('reviewer') })

    expect(self.token).toMatch(/^t-/)
  })

  test('a config that the Gateway does not know, or with the wrong key, is refused', async () => {
    const { server, caPem } = sharedCluster()
    const other = await api().authMethodCreateK8s({ token: adminToken, name: '/other-k8s' })
    await api().gatewayCreateK8SAuthConfig({
      token: adminToken,
      name: 'wrong-key',
      'access-id': accessId,
      'signing-key': other.prv_key,
      'k8s-host': server,
      'k8s-ca-cert': Buffer.from(caPem).toString('base64'),
      'token-reviewer-jwt': await jwtOf('reviewer'),
    })
    const jwt = await jwtOf('app')

    const unknown = await refusalOf(loginWith(jwt, 'nowhere'))
    const wrongKey = await refusalOf(loginWith(jwt, 'wrong-key'))

    expect(unknown.status).toBe(akeyless.state.guesses.unknownConfigStatus)
    expect(wrongKey.status).toBe(401)
    akeyless.state.identities.unblock(accessId)
  })

  test('a config can be read back without its credentials, and deleted', async () => {
    const config = await api().gatewayGetK8SAuthConfig({ token: adminToken, name: 'demo' })
    await api().gatewayDeleteK8SAuthConfig({ token: adminToken, name: 'demo' })
    const gone = await refusalOf(api().gatewayGetK8SAuthConfig({ token: adminToken, name: 'demo' }))
    akeyless.state.k8sAuth({
      accessId,
      config: 'demo',
      boundServiceAccounts: ['app'],
      boundNamespaces: [namespace],
      k8s: {
        host: sharedCluster().server,
        caPem: sharedCluster().caPem,
        reviewerToken: await jwtOf('reviewer'),
      },
    })

    expect(config).toMatchObject({
      name: 'demo',
      k8s_host: sharedCluster().server,
      auth_method_access_id: accessId,
    })
    expect(gone.status).toBe(404)
  })
})

describe('items through the SDK', () => {
  test('a secret is created, read, updated, rolled back and deleted', async () => {
    const [token, name] = [adminToken, `/${namespace}/static`]
    await api().createSecret({ token, name, value: 'one', tags: ['blue'] })
    await api().updateSecretVal({ token, name, value: 'two' })
    const reader = await appToken()

    const item = await api().describeItem({ token: reader, name, 'show-versions': true })
    const latest = await api().getSecretValue({ token: reader, names: [name] })
    const first = await api().getSecretValue({ token: reader, names: [name], version: 1 })
    const tags = await api().getTags({ token: reader, name })
    await api().rollbackSecret({ token, name, 'old-version': 1 })
    const rolledBack = await api().getSecretValue({ token: reader, names: [name] })
    const deleted = await api().deleteItem({ token, name })
    const gone = await refusalOf(api().describeItem({ token: reader, name }))

    expect(item).toMatchObject({ item_name: name, item_type: 'STATIC_SECRET', last_version: 2 })
    expect(item.item_versions?.map((it) => it.version)).toEqual([1, 2])
    expect(item.modification_date).toBeInstanceOf(Date)
    expect([latest, first, rolledBack]).toEqual([{ [name]: 'two' }, { [name]: 'one' }, { [name]: 'one' }])
    expect(tags).toEqual(['blue'])
    expect(deleted.item_name).toBe(name)
    expect(gone.status).toBe(404)
    expect(gone.text).toContain('Status 404 Not Found, Error: NotFound')
  })

  test('a batch of names comes in one answer', async () => {
    const names = ['/a', '/b', '/c'].map((it) => `/${namespace}/batch${it}`)
    for (const name of names) await api().createSecret({ token: adminToken, name, value: `value of ${name}` })
    const token = await appToken()

    const values = await api().getSecretValue({ token, names })

    expect(values).toEqual(Object.fromEntries(names.map((name) => [name, `value of ${name}`])))
  })

  test('a rotated secret gets a new password, and a certificate comes with its key', async () => {
    const [rotated, certificate] = [`/${namespace}/rotated`, `/${namespace}/certificate`]
    const pem = await selfSigned()
    akeyless.state.guesses = { ...akeyless.state.guesses, rotatedEnvelope: 'value' }
    akeyless.state.rotated(rotated, { username: 'app', password: 'first' })
    akeyless.state.certificate(certificate, pem)
    const token = await appToken()

    const before = await api().getRotatedSecretValue({ token, names: rotated })
    await api().rotateSecret({ token: adminToken, name: rotated })
    const after = await api().getRotatedSecretValue({ token, names: rotated })
    const served = await api().getCertificateValue({ token, name: certificate })

    expect(before).toEqual({ value: { username: 'app', password: 'first' } })
    expect(after['value']).toMatchObject({ username: 'app' })
    expect(after).not.toEqual(before)
    expect(served).toMatchObject({ certificate_pem: pem.certificatePem, private_key_pem: pem.privateKeyPem })
  })

  test('a folder is listed page by page', async () => {
    const folder = `/${namespace}/paged`
    for (const name of ['a', 'b', 'c', 'd', 'e']) akeyless.state.secret(`${folder}/${name}`, { value: name })
    const token = await appToken()
    const found: string[] = []
    let page: string | undefined

    for (let pages = 0; pages < 3; pages++) {
      const more = page === undefined ? {} : { 'pagination-token': page }
      const listed = await api().listItems({ token, path: folder, 'auto-pagination': 'disabled', ...more })
      found.push(...listed.items.map((it) => it.item_name))
      page = listed.next_page
    }

    expect(found).toEqual(['a', 'b', 'c', 'd', 'e'].map((it) => `${folder}/${it}`))
    expect(page ?? '').toBe('')
  })

  test('a list is of the types, the part of a name and the tag that are asked for', async () => {
    const folder = `/${namespace}/listed`
    akeyless.state.secret(`${folder}/app/one`, { value: '1', tags: ['blue'] })
    akeyless.state.secret(`${folder}/two`, { value: '2', tags: ['blue', 'red'] })
    akeyless.state.rotated(`${folder}/app/three`, { username: 'a' }, ['blue'])
    akeyless.state.dynamic(`${folder}/app/four`)
    const token = await appToken()
    const list = async (body: object) => {
      const { items } = await api().listItems({ token, path: folder, ...body })
      return items.map((it) => it.item_name.slice(folder.length))
    }

    expect(await list({ filter: '/app/', type: ['static-secret', 'rotated-secret'] })).toEqual([
      '/app/one',
      '/app/three',
    ])
    expect(await list({ filter: `${folder}/`, tag: 'red' })).toEqual(['/two'])
    expect(await list({ tag: 'blue', type: ['rotated-secret'] })).toEqual(['/app/three'])
    expect(await list({ filter: '/app/', tag: 'none' })).toEqual([])
  })

  test('a classic key is described as one and exported with what belongs to it', async () => {
    const name = `/${namespace}/signing`
    const pem = await selfSigned()
    akeyless.state.guesses = { ...akeyless.state.guesses, classicKeyCertificate: 'certificatePem' }
    akeyless.state.classicKey(name, { key: pem.privateKeyPem, certificate: pem.certificatePem })
    const token = await appToken()

    const item = await api().describeItem({ token, name })
    const exported = await api().exportClassicKey({ token, name })

    expect(item.item_general_info?.classic_key_details).toMatchObject({ key_type: 'RSA2048' })
    expect(exported).toMatchObject({ key: pem.privateKeyPem, certificatePem: pem.certificatePem })
  })

  test('a denied path is 401 whether or not something is there; a missing item is 404', async () => {
    akeyless.state.secret('/elsewhere/there', { value: 'hidden' })
    const token = await appToken()

    const there = await refusalOf(api().describeItem({ token, name: '/elsewhere/there' }))
    const nothing = await refusalOf(api().describeItem({ token, name: '/elsewhere/nothing' }))
    const value = await refusalOf(api().getSecretValue({ token, names: ['/elsewhere/there'] }))
    const missing = await refusalOf(api().getSecretValue({ token, names: [`/${namespace}/missing`] }))
    const write = await refusalOf(api().createRole({ token, name: 'mine' }))

    expect(there).toEqual(nothing)
    expect(there.status).toBe(401)
    expect(there.text).toContain('Status 401 Unauthorized, Error: UnauthorizedAccess')
    expect(value.status).toBe(401)
    expect(missing.status).toBe(404)
    expect(write.status).toBe(403)
  })

  test('nothing that was recorded holds a token, a JWT or a value', async () => {
    const name = `/${namespace}/canary`
    akeyless.state.secret(name, { value: 'canary-value' })
    const jwt = await jwtOf('app')
    const { token } = await loginWith(jwt)
    await api().getSecretValue({ token, names: [name] })

    const record = JSON.stringify(akeyless.calls.all)

    expect(record).toContain(name)
    for (const secret of [jwt, token, 'canary-value', admin['access-key']])
      expect(record).not.toContain(secret)
  })
})
