import { beforeEach, describe, expect, test } from 'vitest'
import { LeaseBench } from '../../test/fakes/secrets/lease-bench.ts'
import { failure } from '../api/reason.ts'
import { TransportError } from '../kube/errors.ts'

const hourMs = 3_600_000
const outage = failure('GatewayUnreachable', 'Cannot reach gateway "gw"')
const denied = failure('AccessDenied', 'Cannot extend: denied')

let bench: LeaseBench

beforeEach(() => {
  bench = new LeaseBench()
})

const mints = () => bench.items.calls.filter((it) => it === 'mint').length

describe('a dynamic item', () => {
  test('is minted once, and its lease is on record with the keys that came from it', async () => {
    await bench.settle()

    expect(bench.data()).toEqual({ user: 'tmp_1', password: 'canary-tmp_1' })
    expect(bench.leases).toMatchObject([
      {
        item: '/db',
        store: { kind: 'SecretStore', name: 'main' },
        state: 'Active',
        id: 'tmp_1',
        ttlSeconds: 3600,
        mintedAt: '2026-01-01T00:00:00Z',
        expiresAt: '2026-01-01T01:00:00.000Z',
        keys: ['user', 'password'],
      },
    ])
    expect(bench.object.metadata.finalizers).toEqual(['keyferry.io/leases'])
    expect(bench.notes).toMatchObject([{ action: 'LeaseMinted' }])
    expect(JSON.stringify([bench.object, bench.notes])).not.toContain('canary')
  })

  test('has neither its id nor its time in the Secret, unless they are asked for', async () => {
    bench.change({
      data: [{ secretKey: 'lease', remoteRef: { key: '/db', property: 'id' } }],
      dataFrom: [{ extract: { key: '/db' } }],
    })
    await bench.settle()

    expect(bench.data()).toEqual({ user: 'tmp_1', password: 'canary-tmp_1', lease: 'tmp_1' })
    expect(bench.items.living).toHaveLength(1)
  })

  test.each([
    ['a restart', () => bench.restart()],
    ['a refresh', () => bench.advance(0.6 * hourMs)],
    ['another interval', () => bench.change({ refreshInterval: '30m' })],
    ['another store version', () => void (bench.storeVersion = 's/2')],
    ['a label', () => bench.annotate({ team: 'x' })],
    [
      'a restart and another interval',
      () => {
        bench.restart()
        bench.change({ refreshInterval: '30m' })
      },
    ],
    ['another policy', () => bench.change({ target: { deletionPolicy: 'Merge' } })],
  ])('is not minted again by %s', async (_, what) => {
    await bench.settle()
    const before = bench.data()
    what()
    const verdict = await bench.settle()

    expect(verdict).toMatchObject({ kind: 'resting' })
    expect(bench.data()).toEqual(before)
    expect(mints()).toBe(1)
    expect(bench.leases).toMatchObject([{ state: 'Active' }])
  })

  test('goes on beside another entry that is added, changed and taken away', async () => {
    await bench.settle()
    const { data = [] } = bench.object.spec
    bench.items.fixed.set('/a', { text: '1' })
    bench.change({ data: [...data, { secretKey: 'a', remoteRef: { key: '/a' } }] })
    await bench.settle()
    expect(bench.data()).toEqual({ user: 'tmp_1', password: 'canary-tmp_1', a: '1' })
    bench.change({ data })
    await bench.settle()

    expect(bench.data()).toEqual({ user: 'tmp_1', password: 'canary-tmp_1' })
    expect(mints()).toBe(1)
  })

  test('of which another part is asked for is minted anew, and the old lease is left to end', async () => {
    await bench.settle()
    bench.change({ data: [{ secretKey: 'u', remoteRef: { key: '/db', property: 'user' } }] })
    await bench.settle()

    expect(bench.data()).toEqual({ u: 'tmp_2' })
    expect(bench.leases).toMatchObject([
      { id: 'tmp_1', state: 'Expiring' },
      { id: 'tmp_2', state: 'Active' },
    ])
    expect(bench.items.living).toHaveLength(2)
    bench.advance(hourMs * (2 / 3))
    await bench.settle()
    bench.advance(hourMs / 3 + 1)
    await bench.settle()
    expect(bench.leases).toMatchObject([{ id: 'tmp_2' }])
    expect(bench.items.living).toEqual(['tmp_2'])
  })

  test('a key of which another entry had for a time is minted anew when that goes', async () => {
    bench.items.fixed.set('/a', { text: 'mine' })
    const data = [{ secretKey: 'password', remoteRef: { key: '/a' } }]
    const dataFrom = [{ extract: { key: '/db' } }]
    bench.change({ data, dataFrom })
    await bench.settle()
    expect(bench.data()).toEqual({ user: 'tmp_1', password: 'mine' })
    bench.change({ data: [] })
    await bench.settle()

    expect(bench.data()).toEqual({ user: 'tmp_2', password: 'canary-tmp_2' })
  })

  test('whose Secret was deleted costs one new lease', async () => {
    await bench.settle()
    bench.secrets.delete('shop/db')
    await bench.settle()

    expect(bench.data()).toEqual({ user: 'tmp_2', password: 'canary-tmp_2' })
    expect(mints()).toBe(2)
  })

  test('whose key somebody altered costs one new lease; another item’s does not', async () => {
    bench.items.dynamic.add('/other')
    const { data = [] } = bench.object.spec
    bench.change({ data: [...data, { secretKey: 'other', remoteRef: { key: '/other', property: 'user' } }] })
    await bench.settle()
    expect(bench.data()).toMatchObject({ other: 'tmp_2' })
    bench.secrets.alter('shop/db', 'password', 'theirs')
    await bench.settle()

    expect(bench.data()).toEqual({ user: 'tmp_3', password: 'canary-tmp_3', other: 'tmp_2' })
  })

  test('is not minted where the CRD cannot keep its lease on record', async () => {
    bench.canRecord = false

    expect(await bench.run()).toMatchObject({ reason: 'CRDTooOld' })
    expect(bench.items.calls).toEqual(['read'])
    expect(bench.object.metadata.finalizers).toBeUndefined()
  })

  test('is not minted where another entry fails', async () => {
    const { data = [] } = bench.object.spec
    bench.change({ data: [...data, { secretKey: 'a', remoteRef: { key: '/missing' } }] })

    expect(await bench.run()).toMatchObject({ reason: 'NotFound' })
    expect(mints()).toBe(0)
  })

  test('is minted for nobody with creationPolicy None', async () => {
    bench.change({ target: { creationPolicy: 'None' } })

    expect(await bench.settle()).toMatchObject({ kind: 'resting' })
    expect(mints()).toBe(0)
  })

  test('whose credential cannot be written is minted once all the same', async () => {
    bench.writeFails = new TransportError('cut', 'ECONNRESET')
    for (let attempt = 0; attempt < 3; attempt++) await bench.run()
    expect(bench.items.living).toEqual(['tmp_1'])
    bench.writeFails = undefined
    await bench.settle()

    expect(bench.data()).toEqual({ user: 'tmp_1', password: 'canary-tmp_1' })
    expect(bench.leases).toMatchObject([{ id: 'tmp_1', state: 'Active' }])
  })

  test('whose mint is refused leaves nothing on record', async () => {
    bench.items.fails = { mint: denied }

    expect(await bench.run()).toBe(denied)
    expect(bench.leases).toEqual([])
    expect(bench.counts.unaccounted).toBe(0)
  })

  test('whose mint got no answer is counted, and nothing is revoked for it', async () => {
    bench.items.fails = { mint: outage }
    bench.items.isLost = true
    await bench.run()
    bench.items.fails = {}
    await bench.settle()

    expect(bench.counts.unaccounted).toBe(1)
    expect(bench.items.living).toEqual(['tmp_1', 'tmp_2'])
    expect(bench.leases).toMatchObject([{ id: 'tmp_2' }])
    expect(bench.items.calls).not.toContain('revoke')
  })
})

describe('a lease', () => {
  beforeEach(async () => {
    await bench.settle()
    bench.items.calls.length = 0
  })

  test.each([
    ['hourly', { refreshInterval: '1h' }],
    ['never', { refreshInterval: '0' }],
    ['once', { refreshPolicy: 'CreatedOnce' }],
    ['on change', { refreshPolicy: 'OnChange' }],
    [
      'in a window that is never open',
      { syncWindows: { kind: 'allow', windows: [{ schedule: '0 0 29 2 *', duration: '1m' }] } },
    ],
    ['not while suspended', { suspend: true }],
  ])('is extended at two thirds of its life, where values are refreshed %s', async (_, spec) => {
    bench.change(spec)
    await bench.settle()
    bench.advance(hourMs * 0.6)
    const verdict = await bench.run()
    if (verdict instanceof Error || verdict.kind === 'ignored') throw verdict
    const { next } = verdict
    if (next?.kind !== 'again') throw new Error('it does not look again')
    expect(next.afterMs).toBeLessThanOrEqual(hourMs * (2 / 3 - 0.6) + 1)
    bench.advance(next.afterMs)
    await bench.settle()

    expect(bench.items.calls.filter((it) => it !== 'read')).toEqual(['extend'])
    expect(bench.leases).toHaveLength(1)
    const left = Date.parse(bench.leases[0]?.expiresAt ?? '') - bench.clock.now()
    expect(Math.round(left / 1000)).toBe(3600)
  })

  test('lives as long as its ExternalSecret, though it is extended again and again', async () => {
    for (let n = 0; n < 30; n++) {
      bench.advance(hourMs * (2 / 3))
      await bench.settle()
    }

    expect(mints()).toBe(0)
    expect(bench.items.living).toEqual(['tmp_1'])
  })

  test('that has become old is replaced', async () => {
    for (let n = 0; n < 38; n++) {
      bench.advance(hourMs * (2 / 3))
      await bench.settle()
    }

    expect(mints()).toBe(1)
    expect(bench.data()).toMatchObject({ user: 'tmp_2' })
  })

  test('that may not be extended is replaced in time, and left to those who still use it', async () => {
    bench.items.fails = { extend: denied }
    bench.advance(hourMs * (2 / 3))
    await bench.settle()

    expect(bench.data()).toEqual({ user: 'tmp_2', password: 'canary-tmp_2' })
    expect(bench.items.living).toEqual(['tmp_1', 'tmp_2'])
    expect(bench.leases).toMatchObject([
      { id: 'tmp_1', state: 'Expiring' },
      { id: 'tmp_2', state: 'Active' },
    ])
  })

  test('that was replaced is revoked at once where that is asked for', async () => {
    bench.annotate({ 'keyferry.io/lease-revocation': 'immediate' })
    await bench.settle()
    bench.secrets.delete('shop/db')
    await bench.settle()

    expect(bench.items.living).toEqual(['tmp_2'])
    expect(bench.leases).toMatchObject([{ id: 'tmp_2' }])
  })

  test('outlives a Gateway that is away at two thirds, and Ready stays as it is', async () => {
    bench.change({ refreshInterval: '0' })
    await bench.settle()
    bench.items.fails = { extend: outage, read: outage, mint: outage }
    bench.advance(hourMs * (2 / 3))
    const waits: number[] = []
    for (let n = 0; n < 6; n++) {
      const verdict = await bench.run()
      if (verdict instanceof Error || verdict.kind !== 'resting') throw verdict
      if (verdict.next.kind !== 'again') throw new Error('it does not look again')
      waits.push(verdict.next.afterMs)
      bench.advance(verdict.next.afterMs)
    }
    expect(waits[0]).toBeLessThanOrEqual(90_000)
    expect(Math.max(...waits)).toBeLessThanOrEqual(300_000)
    expect(bench.notes.at(-1)).toMatchObject({
      type: 'Warning',
      reason: 'GatewayUnreachable',
      action: 'LeaseNotExtended',
    })
    bench.items.fails = {}
    await bench.settle()

    expect(mints()).toBe(0)
    expect(bench.items.living).toEqual(['tmp_1'])
  })

  test('that ended while the Gateway was away is a failure, and a new one comes when it is back', async () => {
    bench.items.fails = { extend: outage, read: outage }
    bench.advance(hourMs + 1)
    expect(await bench.run()).toBe(outage)
    expect(bench.leases).toEqual([])
    bench.items.fails = {}
    await bench.settle()

    expect(bench.data()).toMatchObject({ user: 'tmp_2' })
    expect(bench.items.living).toEqual(['tmp_2'])
    expect(bench.notes.map((it) => it.action)).toContain('LeaseExpired')
  })

  test('that is to be replaced waits for its provider while it lives', async () => {
    bench.change({ refreshInterval: '0' })
    await bench.settle()
    bench.items.fails = { extend: denied, mint: failure('Throttled', 'Cannot mint: too many calls') }
    bench.advance(hourMs * (2 / 3))

    expect(await bench.run()).toMatchObject({ kind: 'resting' })
    bench.items.fails = { extend: denied }
    await bench.settle()
    expect(bench.data()).toMatchObject({ user: 'tmp_2' })
  })

  test('whose record was lost costs a new one', async () => {
    const { leases: _, ...status } = bench.object.status ?? {}
    bench.object = { ...bench.object, status }
    await bench.settle()

    expect(bench.data()).toMatchObject({ user: 'tmp_2' })
    expect(bench.leases).toMatchObject([{ id: 'tmp_2', state: 'Active' }])
  })

  test('that ended, of a Secret that is made once, is replaced as soon as that works', async () => {
    bench.change({ refreshPolicy: 'CreatedOnce' })
    await bench.settle()
    bench.items.fails = { extend: outage, read: outage }
    bench.advance(hourMs + 1)
    expect(await bench.run()).toBe(outage)
    bench.restart()
    bench.items.fails = {}
    await bench.settle()

    expect(bench.data()).toMatchObject({ user: 'tmp_2' })
  })

  test('whose item the spec does not name any more is revoked once the Secret is without it', async () => {
    bench.items.fixed.set('/a', { text: '1' })
    bench.change({ data: [{ secretKey: 'a', remoteRef: { key: '/a' } }] })
    await bench.settle()

    expect(bench.data()).toEqual({ a: '1' })
    expect(bench.items.living).toEqual([])
    expect(bench.leases).toEqual([])
    expect(bench.object.metadata.finalizers).toBeUndefined()
  })

  test('that may not be revoked is told of and left, and blocks nothing', async () => {
    bench.items.fails = { revoke: denied }
    bench.items.fixed.set('/a', { text: '1' })
    bench.change({ data: [{ secretKey: 'a', remoteRef: { key: '/a' } }] })
    await bench.settle()

    expect(bench.counts.abandoned).toBe(1)
    expect(bench.leases).toEqual([])
    expect(bench.object.metadata.finalizers).toBeUndefined()
  })

  test('that another leader recorded is not lost by what the watch still shows', async () => {
    const shown = bench.object
    bench.secrets.delete('shop/db')
    await bench.settle()
    const recorded = bench.object
    bench.restart()
    bench.object = { ...shown, spec: { ...shown.spec, refreshInterval: '5m' } }
    bench.live = recorded
    const verdict = await bench.run()

    expect(verdict).toMatchObject({ kind: 'resting' })
    expect(mints()).toBe(1)
  })
})

describe('an ExternalSecret that is deleted', () => {
  beforeEach(async () => {
    await bench.settle()
    bench.items.calls.length = 0
    bench.notes.length = 0
  })

  test('has its leases revoked, and is gone', async () => {
    bench.delete()
    expect(await bench.run()).toMatchObject({ kind: 'ignored' })

    expect(bench.items.living).toEqual([])
    expect(bench.isGone).toBe(true)
  })

  test('has the leases revoked too that were left to end', async () => {
    bench.secrets.delete('shop/db')
    await bench.settle()
    bench.delete()
    await bench.run()

    expect(bench.items.living).toEqual([])
  })

  test.each([
    ['a Gateway that is away', 300, () => void (bench.items.fails = { revoke: outage })],
    [
      'a store that is gone',
      300,
      () => {
        bench.restart()
        bench.hasStore = false
      },
    ],
    [
      'a namespace that is going',
      60,
      () => {
        bench.items.fails = { revoke: outage }
        bench.isNamespaceGoing = true
      },
    ],
  ])('waits for %s at most %i s, and says what is left', async (_, seconds, what) => {
    what()
    bench.delete()
    let waited = 0
    while (!bench.isGone) {
      const verdict = await bench.run()
      if (bench.isGone) break
      if (verdict instanceof Error || verdict.kind !== 'resting' || verdict.next.kind !== 'again')
        throw new Error('it does not wait')
      waited += verdict.next.afterMs
      bench.advance(verdict.next.afterMs)
    }

    expect(waited).toBe(seconds * 1000)
    expect(bench.counts.abandoned).toBe(1)
    expect(bench.notes).toMatchObject([{ type: 'Warning', action: 'LeaseAbandoned' }])
  })

  test('revokes through a store that went before it, as in a namespace that is deleted', async () => {
    bench.advance(hourMs * (2 / 3))
    await bench.settle()
    bench.hasStore = false
    bench.delete()
    await bench.run()

    expect(bench.isGone).toBe(true)
    expect(bench.items.living).toEqual([])
  })

  test('goes at once where revoking is denied', async () => {
    bench.items.fails = { revoke: denied }
    bench.delete()
    await bench.run()

    expect(bench.isGone).toBe(true)
    expect(bench.counts.abandoned).toBe(1)
  })
})

test('an ExternalSecret that is released has its leases revoked, and is left alone', async () => {
  await bench.settle()
  bench.annotate({ 'keyferry.io/release': 'revoke' })
  bench.items.fails = { revoke: outage }
  expect(await bench.run()).toMatchObject({ kind: 'resting', next: { kind: 'again' } })
  bench.items.fails = {}
  expect(await bench.settle()).toMatchObject({ kind: 'ignored' })

  expect(bench.items.living).toEqual([])
  expect(bench.leases).toEqual([])
  expect(bench.object.metadata.finalizers).toBeUndefined()
  expect(bench.data()).toMatchObject({ user: 'tmp_1' })
})

describe('with a template', () => {
  const template = { data: { url: 'postgres://{{ .user }}:{{ .password }}@db/{{ .name }}' } }

  beforeEach(async () => {
    bench.items.fixed.set('/name', { text: 'shop', version: '1' })
    const { data = [] } = bench.object.spec
    bench.change({
      data: [...data, { secretKey: 'name', remoteRef: { key: '/name' } }],
      target: { template },
    })
    await bench.settle()
  })

  test('the result holds the credential', () => {
    expect(bench.data()).toEqual({ url: 'postgres://tmp_1:canary-tmp_1@db/shop' })
    expect(bench.leases).toMatchObject([{ keys: ['url'] }])
  })

  test.each([
    ['a restart', () => bench.restart()],
    ['a refresh', () => bench.advance(hourMs * 0.6)],
    ['another interval', () => bench.change({ refreshInterval: '7m' })],
    ['a lost label', () => bench.secrets.unlabel('shop/db')],
  ])('%s leaves the Secret as it is', async (_, what) => {
    what()
    bench.advance(hourMs * 0.01)
    await bench.settle()

    expect(mints()).toBe(1)
    expect(bench.data()).toEqual({ url: 'postgres://tmp_1:canary-tmp_1@db/shop' })
    expect(bench.secrets.get('shop/db')?.metadata.labels).toMatchObject({
      'reconcile.external-secrets.io/managed': 'true',
    })
  })

  test.each([
    ['its template', () => bench.change({ target: { template: { data: { url: '{{ .user }}' } } } })],
    ['the version of another item', () => void bench.items.fixed.set('/name', { text: 'new', version: '2' })],
    [
      'another item whose version nobody tells',
      () => void bench.items.fixed.set('/name', { text: 'new', version: '1' }),
    ],
  ])('a change of %s costs a new lease', async (_, what) => {
    what()
    bench.advance(hourMs * 0.61)
    bench.change({ refreshInterval: '10m' })
    await bench.settle()

    expect(mints()).toBe(2)
    expect(JSON.stringify(bench.data())).toContain('tmp_2')
    expect(bench.leases).toMatchObject([{ state: 'Expiring' }, { state: 'Active' }])
  })
})

test('a change of what a template renders beside a credential stands until it is in the Secret', async () => {
  bench.items.fixed.set('/name', { text: 'old' })
  const { data = [] } = bench.object.spec
  const template = { data: { url: '{{ .user }}@{{ .name }}' } }
  bench.change({ data: [...data, { secretKey: 'name', remoteRef: { key: '/name' } }], target: { template } })
  await bench.settle()
  bench.items.fixed.set('/name', { text: 'new' })
  bench.items.fails = { mint: denied }
  bench.advance(hourMs * 0.6)
  bench.change({ refreshInterval: '10m' })
  expect(await bench.run()).toBe(denied)
  bench.items.fails = {}
  await bench.settle()

  expect(bench.data()).toEqual({ url: 'tmp_2@new' })
})

describe('a process that ends at any call to the world outside', () => {
  const lives = [false, true].flatMap((after) =>
    Array.from({ length: 12 }, (_, index) => ({ n: index + 1, after })),
  )

  test.each(lives)(
    'at call $n (done: $after) leaves at most one credential that nobody knows',
    async (crashAt) => {
      bench.crashAt = crashAt
      await bench.run()
      bench.restart()
      await bench.settle()
      bench.secrets.delete('shop/db')
      await bench.settle()
      await bench.settle()

      expect(bench.leases.filter((it) => it.state === 'Active')).toHaveLength(1)
      expect(bench.data()['user']).toBe(bench.leases.find((it) => it.state === 'Active')?.id)
      expect(bench.items.living.length).toBeLessThanOrEqual(bench.leases.length + 1)
      expect(bench.items.living.length - bench.leases.length).toBe(bench.unknown())
      bench.delete()
      await bench.settle()
      expect(bench.items.living).toHaveLength(bench.unknown())
      bench.advance(hourMs)
      expect(bench.items.living).toEqual([])
    },
  )
})
