import { beforeEach, describe, expect, test } from 'vitest'
import { ReconcileBench } from '../../test/fakes/secrets/reconcile-bench.ts'
import { failure } from '../api/reason.ts'

let bench: ReconcileBench

beforeEach(() => {
  bench = new ReconcileBench()
})

describe('an ExternalSecret', () => {
  test('that is new gets its Secret, and looks again within its interval', async () => {
    const verdict = await bench.sync()

    expect(bench.dataOf('shop/db')).toEqual([['password', 'canary-1']])
    expect(verdict).toMatchObject({
      reason: 'Synced',
      action: 'Created',
      message: 'Secret "db" is in sync with SecretStore shop/main',
      fields: { refreshTime: '2026-01-01T00:00:00Z', binding: { name: 'db' } },
      unchanged: false,
      notes: [],
    })
    const { next } = verdict
    if (next.kind !== 'again') throw new Error('it does not look again')
    expect(next.afterMs).toBeGreaterThanOrEqual(0.9 * 3_600_000)
    expect(next.afterMs).toBeLessThanOrEqual(3_600_000)
  })

  test('of which nothing is due rests, and nothing is read', async () => {
    await bench.sync()

    expect(await bench.reconcile()).toMatchObject({ kind: 'resting', next: { kind: 'again' } })
    expect(bench.reads).toBe(1)
  })

  test('whose values are the same after the interval is found unchanged', async () => {
    await bench.sync()
    bench.clock.advance(3_600_000)

    expect(await bench.reconcile()).toMatchObject({ kind: 'done', unchanged: true, notes: [] })
    expect(bench.reads).toBe(2)
  })

  test('whose value changed has its Secret written anew, and tells so', async () => {
    await bench.sync()
    bench.items.set('/db/password', 'canary-2')
    bench.clock.advance(3_600_000)

    const verdict = await bench.sync()

    expect(bench.dataOf('shop/db')).toEqual([['password', 'canary-2']])
    expect(verdict.notes).toEqual([
      { type: 'Normal', reason: 'Synced', action: 'Updated', message: 'Secret "db" was written anew' },
    ])
  })

  test('whose Secret was deleted has it made anew at once', async () => {
    await bench.sync()
    bench.secrets.delete('shop/db')

    const verdict = await bench.sync()

    expect(verdict).toMatchObject({ action: 'Created', notes: [{ action: 'Created' }] })
    expect(bench.dataOf('shop/db')).toEqual([['password', 'canary-1']])
  })

  test('whose last write the watch has not brought yet does not take that for drift', async () => {
    await bench.sync()
    const { facts } = bench.secrets
    const [known] = [...facts.list()]
    bench.items.set('/db/password', 'canary-2')
    bench.clock.advance(3_600_000)
    const verdict = await bench.sync()
    if (known !== undefined) facts.put({ ...known, dataKeys: new Map([['them', ['password']]]) })

    expect(verdict.kind).toBe('done')
    expect(await bench.reconcile()).toMatchObject({ kind: 'resting' })
  })

  test('that is suspended is left alone', async () => {
    bench.change({ suspend: true })

    expect(await bench.reconcile()).toEqual({ kind: 'suspended', message: 'spec.suspend is true' })
    expect(bench.reads).toBe(0)
  })

  test('that is being deleted is ignored', async () => {
    const metadata = { ...bench.object.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' }

    expect(await bench.reconcile({ ...bench.object, metadata })).toMatchObject({ kind: 'ignored' })
  })

  test('whose store is of another class is ignored', async () => {
    expect(await bench.reconcile(bench.object, { ...bench.ports, openStore: () => undefined })).toMatchObject(
      {
        kind: 'ignored',
      },
    )
  })

  test('whose status another controller writes is left to it, and says so', async () => {
    const marked = { ...bench.object, rival: 'eso', rivalWroteAtMs: bench.clock.now() }

    await expect(bench.reconcile(marked)).rejects.toMatchObject({ reason: 'AnotherController' })
    expect(bench.reads).toBe(0)
  })

  test('that fails keeps its Secret, and is read again', async () => {
    await bench.sync()
    bench.items.clear()
    bench.clock.advance(3_600_000)

    await expect(bench.reconcile()).rejects.toMatchObject({ reason: 'NotFound' })
    bench.tell('False')
    bench.items.set('/db/password', 'canary-2')
    await bench.sync()

    expect(bench.dataOf('shop/db')).toEqual([['password', 'canary-2']])
  })

  test.each([
    ['is gone', (): void => bench.secrets.delete('shop/db'), true],
    ['was changed', (): void => bench.secrets.put('shop', 'db', { password: 'eA==' }), true],
    ['is as it was', (): void => bench.clock.advance(3_600_000), false],
  ])(
    'whose store is away does not go on being good when its Secret %s',
    async (_, befalls, lastGoodIsGone) => {
      await bench.sync()
      befalls()
      const openStore = () => {
        throw failure('StoreNotReady', 'Cannot find SecretStore')
      }
      const failed = bench.reconcile(bench.object, { ...bench.ports, openStore })

      await expect(failed).rejects.toMatchObject({ reason: 'StoreNotReady', lastGoodIsGone })
    },
  )

  test('whose store changed is read again', async () => {
    await bench.sync()
    bench.storeVersion = 's/2'

    expect(await bench.reconcile()).toMatchObject({ kind: 'done', unchanged: true })
  })

  test('remembers the sync that was asked for', async () => {
    bench.object = {
      ...bench.object,
      metadata: { ...bench.object.metadata, annotations: { 'force-sync': '17' } },
    }

    expect(await bench.sync()).toMatchObject({ fields: { lastHandledForceSync: '17' } })
    expect(await bench.reconcile()).toMatchObject({ kind: 'resting' })
  })

  test('whose name is that of somebody else’s Secret says what to do, and leaves it', async () => {
    bench.secrets.put('shop', 'db', { theirs: 'eA==' })

    await expect(bench.reconcile()).rejects.toMatchObject({ reason: 'TargetConflict' })
    expect(bench.dataOf('shop/db')).toEqual([['theirs', 'x']])
  })

  test('after a restart goes by its status', async () => {
    await bench.sync()

    expect(await bench.reconcile(bench.object, { ...bench.ports, memories: new Map() })).toMatchObject({
      kind: 'resting',
    })
    expect(bench.reads).toBe(1)
  })
})

test('a store that is applied together with its ExternalSecret gets a moment to arrive', async () => {
  const creationTimestamp = new Date(bench.clock.now()).toISOString()
  const object = { ...bench.object, metadata: { ...bench.object.metadata, creationTimestamp } }
  const openStore = () => {
    throw failure('StoreNotReady', 'Cannot find SecretStore shop/main')
  }
  const ports = { ...bench.ports, openStore }

  expect(await bench.reconcile(object, ports)).toMatchObject({ kind: 'resting', next: { kind: 'again' } })
  bench.clock.advance(3_000)
  await expect(bench.reconcile(object, ports)).rejects.toMatchObject({ reason: 'StoreNotReady' })
})

test('by a clock that is an hour behind that of the API server a store that is missing is told of, too', async () => {
  const creationTimestamp = new Date(bench.clock.now() + 3_600_000).toISOString()
  const object = { ...bench.object, metadata: { ...bench.object.metadata, creationTimestamp } }
  const openStore = () => {
    throw failure('StoreNotReady', 'Cannot find SecretStore shop/main')
  }

  await expect(bench.reconcile(object, { ...bench.ports, openStore })).rejects.toMatchObject({
    reason: 'StoreNotReady',
  })
})
