import { beforeEach, describe, expect, test } from 'vitest'
import { ReconcileBench } from '../../test/fakes/secrets/reconcile-bench.ts'

const hourMs = 3_600_000
let bench: ReconcileBench

beforeEach(async () => {
  bench = new ReconcileBench()
  bench.versions = 'v1'
  await bench.sync()
})

describe('a refresh by the clock', () => {
  test('reads nothing while the versions are the same, and says that nothing changed', async () => {
    bench.clock.advance(hourMs)
    const verdict = await bench.sync()

    expect(bench.reads).toBe(1)
    expect(verdict).toMatchObject({ reason: 'Synced', unchanged: true, notes: [] })
    expect(bench.dataOf('shop/db')).toEqual([['password', 'canary-1']])
  })

  test.each([
    ['1h', hourMs / 10],
    ['1m', 6000],
    ['24h', hourMs / 6],
  ])(
    'takes what was listed up to a tenth of the interval ago, and ten minutes at most: %s',
    async (interval, ageMs) => {
      bench.change({ refreshInterval: interval })
      await bench.sync()
      bench.clock.advance(24 * hourMs)
      await bench.sync()

      expect(bench.maxAgesMs.at(-1)).toBe(ageMs)
    },
  )

  test('reads once versions differ', async () => {
    bench.versions = 'v2'
    bench.items.set('/db/password', 'canary-2')
    bench.clock.advance(hourMs)
    await bench.sync()

    expect(bench.reads).toBe(2)
    expect(bench.dataOf('shop/db')).toEqual([['password', 'canary-2']])
  })

  test('reads where only a read can tell', async () => {
    bench.versions = undefined
    bench.clock.advance(hourMs)
    await bench.sync()
    bench.clock.advance(hourMs)
    await bench.sync()

    expect(bench.reads).toBe(3)
  })

  test('reads all the same every six hours', async () => {
    for (let hours = 1; hours <= 6; hours++) {
      bench.clock.advance(hourMs)
      await bench.sync()
    }

    expect(bench.reads).toBe(2)
  })

  test('reads when the clock was set back', async () => {
    bench.clock.advance(-24 * hourMs)
    await bench.sync()

    expect(bench.reads).toBe(2)
  })

  test('reads for an Orphan, which is looked at when it is refreshed only', async () => {
    bench = new ReconcileBench()
    bench.versions = 'v1'
    bench.change({ target: { creationPolicy: 'Orphan' } })
    await bench.sync()
    bench.clock.advance(hourMs)
    await bench.sync()

    expect(bench.reads).toBe(2)
  })

  test('reads where the Secret is not as it was written', async () => {
    bench.secrets.put('shop', 'db', { password: 'eA==' })
    bench.clock.advance(hourMs)

    await bench.reconcile().catch(() => undefined)

    expect(bench.reads).toBe(2)
  })
})

describe('whatever the versions are,', () => {
  test('a changed spec is read for', async () => {
    bench.change({ refreshInterval: '2h' })
    await bench.sync()

    expect(bench.reads).toBe(2)
  })

  test('a person who asks for it has it read past all caches, once', async () => {
    bench.annotate('force-sync', '1')
    await bench.sync()
    bench.annotate('team', 'blue')
    await bench.sync()

    expect(bench.reads).toBe(3)
    expect(bench.freshReads).toBe(1)
    expect(bench.maxAgesMs.slice(1)).toEqual([0, 30_000])
  })

  test.each([
    ['is made', {}, 30_000],
    ['reads its values once', { refreshPolicy: 'CreatedOnce' as const }, 0],
    ['reads its values once for each spec', { refreshPolicy: 'OnChange' as const }, 0],
  ])('what %s is not made of what was listed long ago', async (_, spec, ageMs) => {
    bench = new ReconcileBench()
    bench.change(spec)
    await bench.sync()

    expect(bench.maxAgesMs).toEqual([ageMs])
  })

  test('a process that does not know them reads', async () => {
    bench.ports.memories.clear()
    bench.clock.advance(hourMs)
    await bench.sync()

    expect(bench.reads).toBe(2)
  })
})

describe('word from outside', () => {
  test('has the values read past all caches, and what is known of them learnt since then', async () => {
    bench.items.set('/db/password', 'canary-2')
    bench.ports.hints.note('shop/db', bench.clock.now())
    bench.clock.advance(700)
    await bench.sync()

    expect(bench.freshReads).toBe(1)
    expect(bench.maxAgesMs.at(-1)).toBe(700)
    expect(bench.dataOf('shop/db')).toEqual([['password', 'canary-2']])
  })

  test('is acted upon once', async () => {
    bench.ports.hints.note('shop/db', bench.clock.now())
    await bench.sync()

    expect(await bench.reconcile()).toMatchObject({ kind: 'resting' })
    expect(bench.reads).toBe(2)
  })

  test('stands until it could be acted upon', async () => {
    bench.ports.hints.note('shop/db', bench.clock.now())
    bench.denied.add('/db/password')
    await expect(bench.reconcile()).rejects.toThrow('Cannot read item')
    bench.denied.clear()
    await bench.sync()

    expect(bench.freshReads).toBe(2)
  })

  test('is nothing to what reads its values once', async () => {
    bench.change({ refreshPolicy: 'CreatedOnce' })
    await bench.sync()
    bench.ports.hints.note('shop/db', bench.clock.now())

    expect(await bench.reconcile()).toMatchObject({ kind: 'resting' })
  })
})
