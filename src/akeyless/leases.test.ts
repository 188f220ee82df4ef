import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { accessId, accessKey } from '../../test/contract/akeyless-bench.ts'
import { calling, endOf, openLeases } from '../../test/contract/lease-bench.ts'
import { leasesContract } from '../../test/contract/leases.ts'
import { alternatives } from '../../test/fakes/akeyless/guesses.ts'
import { type AkeylessStandIn, startAkeyless } from '../../test/fakes/akeyless/stand-in.ts'
import type { Failure } from '../std/failure.ts'

const item = '/shop/db'
const canary = 'canary-password-77aa'
const minute = 60_000

leasesContract('akeyless', async () => {
  const standIn = await startAkeyless()
  standIn.state.accessKey({ accessId, accessKey, admin: true })
  standIn.state.dynamic(item)
  const opened = openLeases(standIn)
  return {
    leases: opened.leases,
    item,
    none: '/shop/none',
    living: async () => standIn.state.leases.all.map((it) => it.id),
    async [Symbol.asyncDispose]() {
      await opened.close()
      await standIn.stop()
    },
  }
})

let akeyless: AkeylessStandIn
let bench: ReturnType<typeof openLeases>
let lease: ReturnType<typeof calling>

beforeEach(async () => {
  akeyless = await startAkeyless()
  akeyless.state.accessKey({ accessId, accessKey })
  grant('read', 'update', 'delete')
  akeyless.state.dynamic(item, { fields: (user) => ({ user, password: canary }) })
  bench = openLeases(akeyless)
  lease = calling(bench.leases)
})
afterEach(async () => {
  await bench.close()
  await akeyless.stop()
  bench.refuseLeaks()
})

function grant(...capabilities: readonly ('read' | 'update' | 'delete' | 'list')[]): void {
  akeyless.state.roles.clear()
  akeyless.state.role({ accessId, rules: [{ path: '/shop/*', capabilities }] })
}

function guess(guesses: Partial<typeof akeyless.state.guesses>): void {
  akeyless.state.guesses = { ...akeyless.state.guesses, ...guesses }
}

const audits = () => (bench.audits() as Record<string, unknown>[]).filter((it) => it['action'] !== 'login')

describe('a mint', () => {
  test('is one call and gives the fields, with and without what tells of the lease', async () => {
    const { id, ttlSeconds, value, whole } = await lease.mint(item)

    const [living] = akeyless.state.leases.all
    expect({ id, ttlSeconds }).toEqual({ id: living?.id, ttlSeconds: 3600 })
    expect(JSON.parse(value.text.reveal())).toEqual({ user: id, password: canary })
    expect(JSON.parse(whole.text.reveal())).toEqual({
      user: id,
      password: canary,
      id,
      ttl_in_minutes: '60',
    })
    expect(akeyless.calls.count('/get-dynamic-secret-value')).toBe(1)
    expect(akeyless.calls.count('/describe-item')).toBe(0)
  })

  test('each makes one of its own, also at the same time', async () => {
    const minted = await Promise.all([lease.mint(item), lease.mint(item), lease.mint(item)])

    expect(new Set(minted.map((it) => it.id)).size).toBe(3)
    expect(akeyless.state.leases.minted).toBe(3)
  })

  test('keeps fields that are no text as they are', async () => {
    akeyless.state.dynamic('/shop/token', { fields: () => ({ scopes: ['a'], n: 2, nested: { b: null } }) })

    const { value } = await lease.mint('/shop/token')

    expect(value.text.reveal()).toBe('{"n":2,"nested":{"b":null},"scopes":["a"]}')
  })

  test.each([
    ['60', 3600],
    ['0.1', 6],
    [45, 2700],
    [0.5, 30],
    ['', 1800],
    ['soon', 1800],
    ['-5', 1800],
    [0, 1800],
    [null, 1800],
    [1e300, 1800],
  ])(
    'of ttl_in_minutes %j lives for %d seconds, by its description where it does not tell',
    async (ttl, s) => {
      akeyless.state.dynamic(item, { ttlMs: 30 * minute })
      const body = JSON.stringify({ id: 'x', user: 'u', ttl_in_minutes: ttl })
      akeyless.state.fault({ kind: 'raw', path: '/get-dynamic-secret-value', body })

      expect(await lease.mint(item)).toMatchObject({ id: 'x', ttlSeconds: s })
    },
  )

  test.each([
    [90_000, 90],
    [90 * minute, 5400],
    [24 * 60 * minute, 86_400],
  ])('that does not tell its TTL has the configured one of %d ms', async (ttlMs, ttlSeconds) => {
    akeyless.state.dynamic(item, { hidesTtl: true, ttlMs })

    expect(await lease.mint(item)).toMatchObject({ ttlSeconds })
  })

  test('is not lost with its description: ten minutes are taken for its TTL', async () => {
    akeyless.state.dynamic(item, { hidesTtl: true })
    akeyless.state.fault({ kind: 'status', status: 500, path: '/describe-item' })

    expect(await lease.mint(item)).toMatchObject({ ttlSeconds: 600 })
  })

  test.each([
    ['an answer without an id', '{"user":"canary-u"}', 'InvalidSpec'],
    ['an answer with an empty id', '{"id":"","user":"canary-u"}', 'InvalidSpec'],
    ['a list', '["canary-u"]', 'UnexpectedResponse'],
    ['a text', '"canary-u"', 'UnexpectedResponse'],
    ['what is no JSON', '{"id":"canary-', 'UnexpectedResponse'],
    [
      'a value nested too deep',
      `{"id":"x","a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
      'UnexpectedResponse',
    ],
  ])('fails for %s', async (_, body, reason) => {
    akeyless.state.fault({ kind: 'raw', path: '/get-dynamic-secret-value', body })

    expect(await endOf(lease.mint(item))).toBe(reason)
  })

  test.each([
    ['without the right to read', 'AccessDenied', () => grant('list')],
    ['of an item that is not there', 'NotFound', () => void akeyless.state.deleteItem(item)],
    ['that is throttled', 'Throttled', () => void akeyless.state.fault({ kind: 'throttle', path: mintPath })],
    [
      'while the Gateway fails',
      'GatewayUnreachable',
      () => void akeyless.state.fault({ kind: 'status', status: 503, path: mintPath }),
    ],
  ])('%s is %s and makes none', async (_, reason, spoil) => {
    spoil()

    expect(await endOf(lease.mint(item))).toBe(reason)

    expect(akeyless.state.leases.minted).toBe(0)
    expect(audits()).toMatchObject([{ action: 'lease_minted', item, accessId, result: reason }])
  })

  test.each([{ kind: 'lost' }, { kind: 'truncated' }, { kind: 'reset' }] as const)(
    'whose answer is $kind is not sent again',
    async ({ kind }) => {
      akeyless.state.fault({ kind, path: mintPath, times: 1 })

      expect(await endOf(lease.mint(item))).toMatch(/^(GatewayUnreachable|UnexpectedResponse)$/)

      expect(akeyless.calls.count(mintPath)).toBe(1)
      expect(akeyless.state.leases.minted).toBe(kind === 'reset' ? 0 : 1)
    },
  )

  test('with a token that is no longer good logs in anew and makes one', async () => {
    await lease.mint(item)
    akeyless.state.revokeTokens()

    await lease.mint(item)

    expect(akeyless.calls.count('/auth')).toBe(2)
    expect(akeyless.state.leases.minted).toBe(2)
  })

  test('that takes too long ends in bounded time', async () => {
    await bench.close()
    bench = openLeases(akeyless, { callTimeoutMs: 300 })
    akeyless.state.fault({ kind: 'hang', path: mintPath })

    expect(await endOf(calling(bench.leases).mint(item))).toBe('GatewayUnreachable')
  })
})

describe('a mint that was never sent says so', () => {
  const causeOf = (error: Failure) => (error.cause instanceof Error ? error.cause.name : undefined)
  const failureOf = () =>
    lease.mint(item).then(
      () => undefined,
      (error: Failure) => error,
    )

  test('when nobody listens', async () => {
    await lease.mint(item)
    await akeyless.stop()
    await lease.mint(item).catch(() => {})

    expect(await failureOf().then((it) => it && [it.reason, causeOf(it)])).toEqual([
      'GatewayUnreachable',
      'NotSent',
    ])
  })

  test('when the login fails before it', async () => {
    akeyless.state.fault({ kind: 'reset', path: '/auth' })

    expect(await failureOf().then((it) => it && [it.reason, causeOf(it)])).toEqual([
      'GatewayUnreachable',
      'NotSent',
    ])
  })

  test('and one whose answer was cut does not', async () => {
    await lease.mint(item)
    akeyless.state.fault({ kind: 'reset', path: mintPath })

    expect(await failureOf().then((it) => it && [it.reason, causeOf(it)])).toEqual([
      'GatewayUnreachable',
      undefined,
    ])
  })
})

const mintPath = '/get-dynamic-secret-value'

/** Or up to a minute more: whole minutes are what can be asked for. */
const anHour = expect.toSatisfy((it: number) => it >= 3600 && it < 3661) as number

describe('an extension', () => {
  const ends = () => (akeyless.state.leases.all[0]?.endsAtMs ?? 0) - akeyless.state.now()

  test.each(alternatives.extensionCountsFrom)(
    'lets it live for so long from now, wherever the new TTL counts from: %s',
    async (extensionCountsFrom) => {
      guess({ extensionCountsFrom })
      const minted = await lease.mint(item)
      akeyless.state.advance(40 * minute)

      const { ttlSeconds } = await lease.extend(minted, 3600)

      expect(ttlSeconds).toEqual(anHour)
      expect(ends()).toBeGreaterThanOrEqual(ttlSeconds * 1000 - 1000)
      expect(akeyless.state.leases.extended).toBe(1)
      expect(akeyless.state.leases.minted).toBe(1)
    },
  )

  test.each(alternatives.leaseHost)('names the host that the Gateway lists: %s', async (leaseHost) => {
    guess({ leaseHost })
    const minted = await lease.mint(item)

    expect(await endOf(lease.extend(minted, 3600))).toEqual({ ttlSeconds: anHour })
  })

  test.each([
    ['refused', 'InvalidSpec'],
    ['capped', { ttlSeconds: 1799 }],
  ] as const)('over the cap of the account is %s', async (ttlOverCap, end) => {
    guess({ ttlOverCap })
    akeyless.state.leases.maxTtlMs = 30 * minute
    const minted = await lease.mint(item)

    expect(await endOf(lease.extend(minted, 3600))).toEqual(end)
  })

  test('without the right is AccessDenied and says what to grant', async () => {
    guess({ extendRight: 'update' })
    const minted = await lease.mint(item)
    grant('read')

    await expect(lease.extend(minted, 3600)).rejects.toThrow(
      expect.objectContaining({
        reason: 'AccessDenied',
        message: expect.stringContaining(`access id "${accessId}" read and update`),
      }),
    )
    expect(akeyless.calls.count('/auth')).toBe(1)
  })

  test('without the right to look is AccessDenied too', async () => {
    const minted = await lease.mint(item)
    grant('list')

    expect(await endOf(lease.extend(minted, 3600))).toBe('AccessDenied')
    expect(akeyless.state.leases.extended).toBe(0)
  })

  test('of one that has ended is NotFound, and none is changed', async () => {
    const minted = await lease.mint(item)
    akeyless.state.advance(61 * minute)
    await akeyless.state.leases.settled()

    expect(await endOf(lease.extend(minted, 3600))).toBe('NotFound')
    expect(akeyless.calls.count('/dynamic-secret-tmp-creds-update')).toBe(0)
  })

  test('whose answer is lost harms nothing when it is asked for again', async () => {
    const minted = await lease.mint(item)
    akeyless.state.fault({ kind: 'lost', path: '/dynamic-secret-tmp-creds-update', times: 1 })
    await endOf(lease.extend(minted, 3600))

    expect(await lease.extend(minted, 3600)).toEqual({ ttlSeconds: anHour })
    expect(ends()).toBeLessThan(62 * minute)
  })

  test('counts as done when only the look at what it got fails', async () => {
    const minted = await lease.mint(item)
    akeyless.state.fault({ kind: 'status', status: 500, path: '/dynamic-secret-tmp-creds-Get', skip: 1 })

    expect(await lease.extend(minted, 3600)).toEqual({ ttlSeconds: anHour })
  })
})

describe('a revocation', () => {
  test('ends one and no other', async () => {
    const [first, second] = [await lease.mint(item), await lease.mint(item)]

    expect(await lease.revoke(first)).toBe('revoked')

    expect(akeyless.state.leases.all.map((it) => it.id)).toEqual([second.id])
  })

  test.each(alternatives.unknownLeaseStatus)(
    'of one that has ended is gone, at status %d',
    async (status) => {
      guess({ unknownLeaseStatus: status })
      const minted = await lease.mint(item)
      akeyless.state.advance(61 * minute)
      await akeyless.state.leases.settled()

      expect(await lease.revoke(minted)).toBe('gone')
    },
  )

  test('of a dynamic secret that is not there any more is gone', async () => {
    const minted = await lease.mint(item)
    akeyless.state.deleteItem(item)

    expect(await lease.revoke(minted)).toBe('gone')
  })

  test.each(alternatives.leaseHost)('names the host that the Gateway lists: %s', async (leaseHost) => {
    guess({ leaseHost })

    expect(await lease.revoke(await lease.mint(item))).toBe('revoked')
  })

  test('without the right is AccessDenied and says what to grant', async () => {
    guess({ revokeRight: 'delete' })
    const minted = await lease.mint(item)
    grant('read')

    await expect(lease.revoke(minted)).rejects.toThrow(
      expect.objectContaining({
        reason: 'AccessDenied',
        message: expect.stringContaining('read and delete'),
      }),
    )
    expect(akeyless.state.leases.all).toHaveLength(1)
  })

  test('that the database refuses is tried again later, here and there', async () => {
    const minted = await lease.mint(item)
    akeyless.state.leases.failRevocations = true

    expect(await endOf(lease.revoke(minted))).toBe('GatewayUnreachable')
    expect(akeyless.state.leases.all).toHaveLength(1)

    akeyless.state.leases.failRevocations = false
    expect(await lease.revoke(minted)).toMatch(/^(revoked|gone)$/)
    expect(akeyless.state.leases.all).toEqual([])
  })

  test('works where the list cannot be read', async () => {
    guess({ leaseHost: 'any' })
    const minted = await lease.mint(item)
    akeyless.state.fault({ kind: 'html', path: '/dynamic-secret-tmp-creds-Get' })

    expect(await lease.revoke(minted)).toBe('revoked')
  })

  test.each(alternatives.gatewayOnlyStatus)(
    'at a service that has no such command is no success, at status %d',
    async (status) => {
      const minted = await lease.mint(item)
      for (const path of ['/dynamic-secret-tmp-creds-Get', '/dynamic-secret-tmp-creds-delete'])
        akeyless.state.fault({ kind: 'status', status, path })

      expect(await endOf(lease.revoke(minted))).toBe(status === 403 ? 'AccessDenied' : 'InvalidSpec')
    },
  )
})

test('each call is on record with the lease that it is about', async () => {
  const minted = await lease.mint(item)
  await lease.extend(minted, 3600)
  await lease.revoke(minted)
  await lease.revoke(minted)

  const about = { item, lease: minted.id, accessId, onBehalfOf: { name: 'db' } }
  expect(audits()).toMatchObject([
    { action: 'lease_minted', result: 'ok', ...about },
    { action: 'lease_extended', result: 'ok', ...about },
    { action: 'lease_revoked', result: 'ok', ...about },
    { action: 'lease_revoked', result: 'gone', ...about },
  ])
})
