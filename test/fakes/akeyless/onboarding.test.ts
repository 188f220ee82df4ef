import { afterEach, beforeEach, expect, test } from 'vitest'
import { login, post } from './bare-client.ts'
import { type AkeylessStandIn, startAkeyless } from './stand-in.ts'

let akeyless: AkeylessStandIn
let token: string

beforeEach(async () => {
  akeyless = await startAkeyless()
  akeyless.state.accessKey({ accessId: 'p-admin', accessKey: 'made-up', admin: true })
  akeyless.state.accessKey({ accessId: 'p-1', accessKey: 'made-up', name: 'app' })
  akeyless.state.secret('/demo/db', { value: 'v' })
  token = await login(akeyless.url, 'p-admin', 'made-up')
})
afterEach(() => akeyless.stop())

function send(command: string, body: object) {
  return post(akeyless.url, `/${command}`, { token, ...body })
}

test('a role that is made, given a rule and associated opens its path', async () => {
  const reader = await login(akeyless.url, 'p-1', 'made-up')
  const ask = () =>
    post(akeyless.url, '/describe-permissions', { token: reader, path: '/demo/db', type: 'item' })

  const before = await ask()
  await send('create-role', { name: 'r' })
  await send('set-role-rule', { 'role-name': 'r', path: '/demo/*', capability: ['read'] })
  await send('assoc-role-am', { 'role-name': 'r', 'am-name': 'app' })
  const after = await ask()

  expect([before.json, after.json]).toEqual([
    { client_permissions: [] },
    { client_permissions: ['read', 'list'] },
  ])
})

test('an unknown capability is refused in the documented words', async () => {
  await send('create-role', { name: 'r' })

  const { json } = await send('set-role-rule', { 'role-name': 'r', path: '/*', capability: ['stub'] })

  const options = '[deny create read update delete list]'
  expect(json['error']).toBe(`invalid capability 'stub'; valid options are: ${options}`)
})

test.each([
  'create-role',
  'set-role-rule',
  'assoc-role-am',
  'auth-method-create-k8s',
  'gateway-create-k8s-auth-config',
])('%s is forbidden to who does not administer the account', async (command) => {
  const other = await login(akeyless.url, 'p-1', 'made-up')

  const { status, json } = await post(akeyless.url, `/${command}`, { token: other, name: 'x' })

  expect(status).toBe(403)
  expect(json['error']).toContain('Status 403 Forbidden, Error: AccessForbidden')
})

test('a name is given once', async () => {
  const statuses = []
  for (const name of ['r', 'r', 's']) statuses.push((await send('create-role', { name })).status)

  expect(statuses).toEqual([200, akeyless.state.guesses.existsStatus, 200])
})

test('an auth method gives an access id and its private key, and answers 201', async () => {
  const { status, json } = await send('auth-method-create-k8s', { name: 'k8s' })

  expect(status).toBe(201)
  expect(json['access_id']).toMatch(/^p-/)
  expect(Buffer.from(String(json['prv_key']), 'base64').toString()).toContain('BEGIN RSA PRIVATE KEY')
})

test('a gateway is listed', async () => {
  const { json } = await send('list-gateways', {})

  expect(json['clusters']).toEqual([expect.objectContaining({ cluster_name: 'standin-gateway' })])
})
