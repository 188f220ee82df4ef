import sdk, { type Api } from 'akeyless'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { accessId, accessKey } from '../contract/akeyless-bench.ts'
import { calling, endOf, openLeases } from '../contract/lease-bench.ts'
import { type AkeylessStandIn, startAkeyless } from '../fakes/akeyless/stand-in.ts'
import { missingPostgres, type Postgres, startPostgres } from '../fakes/postgres/postgres.ts'
import { eventually } from '../manager/eventually.ts'

const item = '/shop/db'
const minute = 60_000
const missing = await missingPostgres()

describe.skipIf(missing !== undefined)(
  `users on a real PostgreSQL${missing ? ` (skipped: ${missing})` : ''}`,
  () => {
    let postgres: Postgres
    let akeyless: AkeylessStandIn
    let bench: ReturnType<typeof openLeases>
    let lease: ReturnType<typeof calling>

    beforeAll(async () => {
      postgres = await startPostgres()
    })
    afterAll(() => postgres.stop())
    beforeEach(async () => {
      akeyless = await startAkeyless()
      akeyless.state.accessKey({ accessId, accessKey, admin: true })
      akeyless.state.dynamic(item, { database: postgres })
      bench = openLeases(akeyless)
      lease = calling(bench.leases)
    })
    afterEach(async () => {
      akeyless.state.leases.failRevocations = false
      akeyless.state.advance(365 * 24 * 60 * minute)
      await akeyless.state.leases.settled()
      await bench.close()
      await akeyless.stop()
      const left = await postgres.users()
      if (left.length > 0) throw new Error(`Users are left: ${left.join(', ')}`)
    })

    async function minted() {
      const made = await lease.mint(item)
      const fields = JSON.parse(made.value.text.reveal()) as { user: string; password: string }
      return { ...made, ...fields, canLogIn: () => postgres.canLogIn(fields.user, fields.password) }
    }

    test('what is minted can log in, with its own password only', async () => {
      const [first, second] = [await minted(), await minted()]

      expect(await Promise.all([first.canLogIn(), second.canLogIn()])).toEqual([true, true])
      expect(await postgres.canLogIn(first.user, second.password)).toBe(false)
      expect(await postgres.users()).toEqual([first.user, second.user].toSorted())
    })

    test('many are made and end at the same time', async () => {
      const made = await Promise.all(Array.from({ length: 8 }, minted))
      expect(await postgres.users()).toEqual(made.map((it) => it.user).toSorted())

      await Promise.all(made.map((it) => lease.revoke(it)))

      expect(await postgres.users()).toEqual([])
    })

    test('what is revoked is gone, and no other', async () => {
      const [first, second] = [await minted(), await minted()]

      expect(await lease.revoke(first)).toBe('revoked')

      expect(await postgres.users()).toEqual([second.user])
      expect(await first.canLogIn()).toBe(false)
      expect(await lease.revoke(first)).toBe('gone')
    })

    test('what owns tables and has a session is revoked all the same', async () => {
      const made = await minted()
      const table = `t_${made.user.slice(-10)}`
      await postgres.sql(`create table ${table} (); alter table ${table} owner to "${made.user}"`)
      const session = postgres.as(made.user, made.password, 'select pg_sleep(60)').catch(() => 'thrown out')
      const sessions = `select count(*) from pg_stat_activity where usename = '${made.user}'`
      await eventually('the session is there', async () => (await postgres.sql(sessions)) === '1')

      expect(await lease.revoke(made)).toBe('revoked')

      expect(await session).toBe('thrown out')
      expect(await postgres.users()).toEqual([])
    })

    test('what is extended outlives its first TTL, and ends with its new one', async () => {
      const user = await minted()
      akeyless.state.advance(40 * minute)
      const { ttlSeconds } = await lease.extend(user, user.ttlSeconds)

      akeyless.state.advance(ttlSeconds * 1000 - minute)
      await akeyless.state.leases.settled()
      expect(await user.canLogIn()).toBe(true)

      // Where a new TTL counts from now and not from the making it ends later than we know.
      akeyless.state.advance(42 * minute)
      await akeyless.state.leases.settled()
      expect(await user.canLogIn()).toBe(false)
    })

    test('what is not extended is gone after its TTL, in real time too', async () => {
      akeyless.state.dynamic(item, { database: postgres, ttlMs: 600 })

      const user = await minted()

      expect(user.ttlSeconds).toBe(1)
      await eventually('no user is left', async () => (await postgres.users()).length === 0)
      expect(await user.canLogIn()).toBe(false)
    })

    test('a mint whose answer is lost made one user, which its TTL ends', async () => {
      akeyless.state.fault({ kind: 'lost', path: '/get-dynamic-secret-value', times: 1 })

      expect(await endOf(lease.mint(item))).toBe('GatewayUnreachable')

      expect(await postgres.users()).toHaveLength(1)
      akeyless.state.advance(61 * minute)
      await akeyless.state.leases.settled()
      expect(await postgres.users()).toEqual([])
    })

    test('a user that the database does not let go stays listed until it does', async () => {
      const user = await minted()
      akeyless.state.leases.failRevocations = true
      expect(await endOf(lease.revoke(user))).toBe('GatewayUnreachable')
      expect(await postgres.users()).toEqual([user.user])

      akeyless.state.leases.failRevocations = false

      await eventually('no user is left', async () => (await postgres.users()).length === 0)
    })

    test('statements that the database refuses make no user and no lease', async () => {
      akeyless.state.dynamic(item, { database: postgres, creation: 'CREATE USER "{{name}}"; SELECT 1/0' })

      expect(await endOf(lease.mint(item))).toMatch(/^(GatewayUnreachable|UnexpectedResponse)$/)

      expect(await postgres.users()).toEqual([])
      expect(akeyless.state.leases.all).toEqual([])
    })

    describe('through the SDK', () => {
      let api: Api
      let token: string

      beforeEach(async () => {
        const client = new sdk.ApiClient()
        client.basePath = `${akeyless.url}/v2`
        api = new sdk.V2Api(client)
        token = (await api.auth({ 'access-id': accessId, 'access-key': accessKey })).token
      })

      test('are made by both calls', async () => {
        const one = await api.getDynamicSecretValue({ token, name: item })
        const other = await api.dynamicSecretGetValue({ token, name: item })

        expect(one).toMatchObject({ id: one['user'], ttl_in_minutes: '60' })
        expect(await postgres.users()).toEqual([String(one['user']), String(other['user'])].toSorted())
        expect(await postgres.canLogIn(String(other['user']), String(other['password']))).toBe(true)
      })

      test('are listed, extended and revoked', async () => {
        const { id } = await api.getDynamicSecretValue({ token, name: item })
        const [listed] = await api.dynamicSecretTmpCredsGet({ token, name: item })
        const which = { token, name: item, 'tmp-creds-id': id, host: listed?.host }

        await api.dynamicSecretTmpCredsUpdate({ ...which, 'new-ttl-min': 90 })
        const [extended] = await api.dynamicSecretTmpCredsGet({ token, name: item })
        await api.dynamicSecretTmpCredsDelete({ ...which, 'revoke-all': false, 'soft-delete': false })

        expect(listed).toMatchObject({ id, access_id: accessId, custom_ttl: 0 })
        expect(listed?.creation_date).toBeInstanceOf(Date)
        expect(extended).toMatchObject({ id, custom_ttl: 90 })
        expect(await api.dynamicSecretTmpCredsGet({ token, name: item })).toEqual([])
        expect(await postgres.users()).toEqual([])
      })
    })
  },
)

test('PostgreSQL does not run as root', { skip: missing !== undefined }, async () => {
  await using postgres = await startPostgres()
  const { readFile } = await import('node:fs/promises')

  const status = await readFile(`/proc/${postgres.pid}/status`, 'utf8')

  expect(status).toMatch(/^Name:\tpostgres$/m)
  expect(status).not.toMatch(/^Uid:\t0\b/m)
})
