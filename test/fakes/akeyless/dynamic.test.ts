import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { login, post } from './bare-client.ts'
import { alternatives } from './guesses.ts'
import { type AkeylessStandIn, startAkeyless } from './stand-in.ts'

const item = '/demo/db'
const minute = 60_000

let akeyless: AkeylessStandIn
let token: string

beforeEach(async () => {
  akeyless = await startAkeyless()
  akeyless.state.accessKey({ accessId: 'p-1', accessKey: 'made-up' })
  grant('read', 'update', 'delete')
  akeyless.state.dynamic(item)
  token = await login(akeyless.url, 'p-1', 'made-up')
})
afterEach(() => akeyless.stop())

function grant(...capabilities: readonly ('read' | 'update' | 'delete' | 'list')[]): void {
  akeyless.state.roles.clear()
  akeyless.state.role({ accessId: 'p-1', rules: [{ path: '/demo/*', capabilities }] })
}

function guess(guesses: Partial<typeof akeyless.state.guesses>): void {
  akeyless.state.guesses = { ...akeyless.state.guesses, ...guesses }
}

const call = (command: string, body: object = {}) =>
  post(akeyless.url, `/${command}`, { token, name: item, ...body })
const mint = (name = item) => call('get-dynamic-secret-value', { name })
const extend = (id: unknown, body: object = {}) =>
  call('dynamic-secret-tmp-creds-update', {
    'tmp-creds-id': id,
    host: 'db.internal',
    'new-ttl-min': 90,
    ...body,
  })
const revoke = (id: unknown, body: object = {}) =>
  call('dynamic-secret-tmp-creds-delete', { 'tmp-creds-id': id, host: 'db.internal', ...body })

describe('a read of a dynamic secret', () => {
  test.each(['get-dynamic-secret-value', 'dynamic-secret-get-value'])(
    'makes a new credential each time: /%s',
    async (command) => {
      const [first, second] = [await call(command), await call(command)]

      expect(first).toMatchObject({ status: 200, json: { ttl_in_minutes: '60' } })
      expect(first.json['user']).toMatch(/^tmp_p-1_[0-9a-f]{10}$/)
      expect(first.json['password']).toMatch(/^[A-Za-z0-9]{16}$/)
      expect(second.json['id']).not.toBe(first.json['id'])
      expect(akeyless.state.leases.minted).toBe(2)
    },
  )

  test('needs the right to read', async () => {
    grant('list')

    expect(await mint()).toMatchObject({ status: 401 })
    expect(akeyless.state.leases.minted).toBe(0)
  })

  test.each([
    ['of a name that is not there is 404', '/demo/none', [404]],
    ['of an item of another type is as guessed', '/demo/static', [...alternatives.wrongTypeStatus]],
  ])('%s', async (_, name, statuses) => {
    akeyless.state.secret('/demo/static', { value: 'v' })

    expect(statuses).toContain((await mint(name)).status)
  })

  test('that the database refuses makes no lease', async () => {
    const database = { sql: () => Promise.reject(new Error('away')) }
    akeyless.state.dynamic(item, { database })

    expect(await mint()).toMatchObject({ status: akeyless.state.guesses.producerFailureStatus })
    expect(akeyless.state.leases.all).toEqual([])
  })

  test('whose answer is lost made a credential all the same', async () => {
    akeyless.state.fault({ kind: 'lost', path: '/get-dynamic-secret-value' })

    await expect(mint()).rejects.toThrow('fetch failed')
    expect(akeyless.state.leases.all).toHaveLength(1)
  })
})

test('its description tells the configured TTL', async () => {
  akeyless.state.dynamic(item, { ttlMs: 90 * minute })

  const { json } = await call('describe-item')

  expect(json['item_general_info']).toMatchObject({ dynamic_secret_producer_details: { user_ttl: '90m' } })
})

describe('temporary credentials', () => {
  test('are listed without their passwords', async () => {
    const { json } = await mint()

    const listed = await call('dynamic-secret-tmp-creds-Get')

    expect(listed).toMatchObject({ status: 201, json: [{ id: json['id'], access_id: 'p-1', custom_ttl: 0 }] })
    expect(JSON.stringify(listed.json)).not.toContain(json['password'])
  })

  test('end with their TTL, without anybody asking', async () => {
    akeyless.state.dynamic(item, { ttlMs: 50 })
    await mint()

    await expect.poll(() => akeyless.state.leases.all).toEqual([])

    expect(akeyless.state.leases).toMatchObject({ minted: 1, expired: 1, revoked: 0 })
  })

  test.each(alternatives.extensionCountsFrom)('live longer when extended, from: %s', async (from) => {
    guess({ extensionCountsFrom: from })
    const { json } = await mint()
    akeyless.state.advance(50 * minute)
    expect(await extend(json['id'])).toMatchObject({ status: 201, json: null })

    akeyless.state.advance(39 * minute)
    expect(akeyless.state.leases.all).toHaveLength(1)
    akeyless.state.advance(2 * minute)
    await akeyless.state.leases.settled()

    expect(akeyless.state.leases.all).toHaveLength(from === 'now' ? 1 : 0)
  })

  test.each([0, -1, 1.5, 'x', undefined])('are not extended by %j minutes', async (minutes) => {
    const { json } = await mint()

    expect(await extend(json['id'], { 'new-ttl-min': minutes })).toMatchObject({ status: 400 })
  })

  test('are revoked one by one, or all', async () => {
    const minted = [await mint(), await mint(), await mint()]

    expect(await revoke(minted[0]?.json['id'])).toMatchObject({ status: 201, json: null })
    expect(akeyless.state.leases.all).toHaveLength(2)
    await revoke('', { 'revoke-all': true })

    expect(akeyless.state.leases).toMatchObject({ all: [], revoked: 3 })
  })

  test('that cannot be revoked stay listed, and end when they can', async () => {
    const { json } = await mint()
    akeyless.state.leases.failRevocations = true

    expect(await revoke(json['id'])).toMatchObject({ status: 500 })
    expect(akeyless.state.leases.all).toHaveLength(1)
    akeyless.state.leases.failRevocations = false

    await expect.poll(() => akeyless.state.leases.all, { timeout: 5000 }).toEqual([])
  })

  test.each(alternatives.foreignLease)('of others are as guessed: %s', async (foreignLease) => {
    guess({ foreignLease, extendRight: 'read', unknownLeaseStatus: 404 })
    const { json } = await mint()
    akeyless.state.accessKey({ accessId: 'p-2', accessKey: 'made-up' })
    akeyless.state.role({ accessId: 'p-2', rules: [{ path: '/demo/*', capabilities: ['read', 'update'] }] })
    token = await login(akeyless.url, 'p-2', 'made-up')

    const { status } = await extend(json['id'])

    expect(status).toBe({ allowed: 201, denied: 401, hidden: 404 }[foreignLease])
  })

  test.each(alternatives.leaseHost)('are called by their host: %s', async (leaseHost) => {
    guess({ leaseHost })
    const { json } = await mint()

    expect((await extend(json['id'], { host: 'other' })).status).toBe(leaseHost === 'any' ? 201 : 400)
  })

  test.each([
    'dynamic-secret-tmp-creds-Get',
    'dynamic-secret-tmp-creds-update',
    'dynamic-secret-tmp-creds-delete',
  ])('are not there on the public service: /%s', async (command) => {
    await using service = await startAkeyless({ mode: 'public' })

    const { status } = await post(service.url, `/${command}`, { name: item })

    expect(status).toBe(service.state.guesses.gatewayOnlyStatus)
  })
})
