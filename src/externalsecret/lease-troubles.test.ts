import { beforeEach, describe, expect, test } from 'vitest'
import { LeaseBench } from '../../test/fakes/secrets/lease-bench.ts'
import { failure } from '../api/reason.ts'
import { TransportError } from '../kube/errors.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const cut = new TransportError('cut', 'ECONNRESET')
let bench: LeaseBench

beforeEach(() => {
  bench = new LeaseBench()
})

const calls = (kind: string) => bench.items.calls.filter((it) => it === kind).length

/** Runs when the verdict asks for it, until `ms` are over; the Secret never holds a credential that has ended. */
async function live(ms: number): Promise<void> {
  for (const endMs = bench.clock.now() + ms; bench.clock.now() < endMs; ) {
    const verdict = await bench.settle()
    if (verdict instanceof Error || verdict.kind !== 'resting' || verdict.next.kind !== 'again') throw verdict
    expect(bench.items.living).toContain(bench.data()['user'])
    bench.advance(verdict.next.afterMs)
  }
}

describe('a credential whose id the API server was not told of', () => {
  beforeEach(async () => {
    // The finalizer, what is asked for, the mint, its id.
    bench.failAt = { n: 4, error: cut }
    await bench.run()
  })

  test('stands there as asked for', () => {
    expect(bench.leases).toMatchObject([{ state: 'Minting' }])
    expect(bench.items.living).toEqual(['tmp_1'])
  })

  test('goes to the Secret, and no other one is made', async () => {
    await bench.settle()

    expect(bench.data()).toMatchObject({ user: 'tmp_1' })
    expect(bench.leases).toMatchObject([{ id: 'tmp_1', state: 'Active' }])
    expect(bench.items.living).toEqual(['tmp_1'])
    expect(bench.counts.unaccounted).toBe(0)
  })

  test('is revoked where its ExternalSecret is deleted', async () => {
    bench.delete()
    await bench.run()

    expect(bench.isGone).toBe(true)
    expect(bench.items.living).toEqual([])
  })
})

test('an extension that could not be recorded is known all the same', async () => {
  await bench.settle()
  bench.advance(40 * minuteMs)
  bench.failAt = { n: bench.outside + 2, error: cut }
  expect(await bench.run()).toBe(cut)
  bench.advance(30 * minuteMs)
  await bench.settle()

  expect([calls('mint'), calls('extend')]).toEqual([1, 1])
  expect(bench.notes.map((it) => it.action)).not.toContain('LeaseExpired')
})

test('a mint that was never sent is not counted as one that nobody knows of', async () => {
  const cause = Object.assign(new Error('no connection'), { name: 'NotSent' })
  bench.items.fails = { mint: failure('GatewayUnreachable', 'Cannot reach gateway "gw"', { cause }) }
  await bench.run()

  expect(bench.leases).toEqual([])
  expect(bench.counts.unaccounted).toBe(0)
})

test('credentials that cannot be written are let go of when they are over', async () => {
  bench.writeFails = cut
  for (let n = 0; n < 5; n++) {
    await bench.run()
    bench.advance(hourMs + 1)
  }

  expect(calls('mint')).toBe(5)
  expect(bench.held).toBe(1)
  // Nobody had them: that they end is nobody's trouble.
  expect(bench.notes.map((it) => it.action)).not.toContain('LeaseExpired')
})

test.each([
  ['lives no longer than for 100 minutes', () => void (bench.items.mostLifeMs = 100 * minuteMs)],
  [
    'cannot be extended for a reason that does not pass',
    () => void (bench.items.fails = { extend: failure('UnexpectedResponse', 'Cannot extend: odd') }),
  ],
])('a lease that %s is replaced well before it ends', async (_, what) => {
  bench.change({ refreshInterval: '0' })
  await bench.settle()
  what()
  await live(100 * minuteMs)

  expect(calls('mint')).toBe(2)
  expect(bench.notes.map((it) => it.action)).not.toContain('LeaseExpired')
})

describe('while something else of the spec fails', () => {
  beforeEach(() => bench.settle())

  const entry = { secretKey: 'a', remoteRef: { key: '/missing' } }
  test.each([
    ['an item that does not exist', { ...entry }],
    ['a store that is not there', { ...entry, sourceRef: { storeRef: { name: 'other' } } }],
  ])('as with %s, a lease is extended in time', async (_, it) => {
    bench.missingStores.add('other')
    bench.change({ data: [...(bench.object.spec.data ?? []), it] })
    for (let n = 0; n < 10; n++) {
      expect(await bench.run()).toBeInstanceOf(Error)
      bench.advance(bench.looks.at(-1) ?? Number.NaN)
    }

    expect(calls('mint')).toBe(1)
    expect(bench.items.living).toEqual(['tmp_1'])
    expect(calls('extend')).toBe(9)
  })

  test('a store that is gone extends nothing', async () => {
    bench.advance(hourMs / 2)
    await bench.run()
    bench.hasStore = false
    bench.advance(hourMs / 2)
    await bench.run()

    expect(calls('extend')).toBe(0)
  })
})

describe.each([
  ['a fresh process', () => bench.restart()],
  ['the process that made it', () => {}],
])('of a young lease %s', (_, what) => {
  test('remembers the store that goes before its ExternalSecret', async () => {
    await bench.settle()
    what()
    await bench.run()
    bench.hasStore = false
    bench.delete()
    await bench.run()

    expect(bench.isGone).toBe(true)
    expect(bench.items.living).toEqual([])
  })
})

describe('behind a slow Gateway', () => {
  const count = 20

  beforeEach(async () => {
    const paths = Array.from({ length: count }, (_, index) => `/db/${index}`)
    for (const it of paths) bench.items.dynamic.add(it)
    bench.change({
      refreshInterval: '0',
      data: paths.map((key, n) => ({ secretKey: `user${n}`, remoteRef: { key, property: 'user' } })),
    })
    await bench.settle()
    bench.items.takesMs = 10_000
    bench.items.calls.length = 0
  })

  test('many leases are all extended', async () => {
    bench.advance((hourMs * 2) / 3)
    for (let n = 0; n < 12; n++) await bench.run()

    expect(calls('extend')).toBe(count)
    expect(calls('mint')).toBe(0)
  })

  test('many credentials are all made, and none that nobody knows', async () => {
    bench.secrets.delete('shop/db')
    for (let n = 0; n < 6; n++) await bench.run()

    expect(Object.keys(bench.data())).toHaveLength(count)
    expect(calls('mint')).toBe(count)
    expect(bench.counts.unaccounted).toBe(0)
  })

  test('many leases are all revoked', async () => {
    bench.delete()
    for (let n = 0; n < 12; n++) await bench.run()

    expect(bench.items.living).toEqual([])
    expect(calls('revoke')).toBe(count)
    expect(bench.isGone).toBe(true)
  })
})

test('with a template, what has no part in the data mints nothing', async () => {
  const template = { data: { url: '{{ .user }}' } }
  bench.change({ target: { template } })
  await bench.settle()
  const { metadata } = bench.object
  bench.object = {
    ...bench.object,
    metadata: { ...metadata, labels: { team: 'x' }, annotations: { a: 'b' } },
  }
  await bench.settle()
  bench.change({ target: { template, deletionPolicy: 'Merge' } })
  await bench.settle()

  expect(calls('mint')).toBe(1)
})

describe('workloads that follow', () => {
  const targets = { rolloutRestartTargets: [{ kind: 'Deployment', name: 'web' }] }

  test('are restarted when a Secret that was lost comes back with another credential', async () => {
    bench.change(targets)
    await bench.settle()
    expect(bench.restarts).toEqual([])
    bench.secrets.delete('shop/db')
    await bench.settle()

    expect(bench.data()).toMatchObject({ user: 'tmp_2' })
    expect(bench.restarts).toHaveLength(1)
    expect(bench.object.status).not.toHaveProperty('pendingRestart')
  })

  test('are not restarted when the first write of a Secret fails', async () => {
    bench.change(targets)
    bench.writeFails = cut
    await bench.run()
    bench.writeFails = undefined
    await bench.settle()

    expect(bench.restarts).toEqual([])
  })
})
