import { beforeEach, describe, expect, test } from 'vitest'
import { ReconcileBench } from '../../test/fakes/secrets/reconcile-bench.ts'

let bench: ReconcileBench

beforeEach(() => {
  bench = new ReconcileBench()
})

describe('an ExternalSecret whose target has another name now', () => {
  beforeEach(async () => {
    await bench.sync()
    bench.change({ target: { name: 'new' } })
  })

  test('gets the new Secret, and tells of the old one that is left behind', async () => {
    const verdict = await bench.sync()

    expect(bench.dataOf('shop/new')).toEqual([['password', 'canary-1']])
    expect(bench.dataOf('shop/db')).toEqual([['password', 'canary-1']])
    expect(verdict.fields.binding).toEqual({ name: 'new' })
    expect(verdict.notes).toContainEqual({
      type: 'Warning',
      reason: 'Synced',
      action: 'Orphaned',
      message:
        'Secret "db" was left behind: the target is "new" now; delete the old one when nothing uses it',
    })
  })

  test('tells of it only once', async () => {
    await bench.sync()
    bench.clock.advance(3_600_000)

    expect(await bench.sync()).toMatchObject({ notes: [] })
  })

  test('tells nothing of an old Secret that is gone, or not ours any more', async () => {
    bench.secrets.put('shop', 'db', { theirs: 'eA==' })

    expect((await bench.sync()).notes?.map((it) => it.action)).not.toContain('Orphaned')
  })
})

describe('an ExternalSecret that reads once', () => {
  beforeEach(async () => {
    bench.change({ refreshPolicy: 'CreatedOnce' })
    await bench.sync()
  })

  test('reads no more, whatever changes, and its status follows all the same', async () => {
    bench.items.set('/db/password', 'canary-2')
    bench.change({ refreshInterval: '1m' })
    bench.clock.advance(24 * 3_600_000)

    const verdict = await bench.sync()

    expect(bench.reads).toBe(1)
    expect(verdict).toMatchObject({
      reason: 'Synced',
      fields: { refreshTime: '2026-01-01T00:00:00Z' },
      next: { kind: 'settled' },
    })
    expect(bench.dataOf('shop/db')).toEqual([['password', 'canary-1']])
    expect(await bench.reconcile()).toMatchObject({ kind: 'resting' })
  })

  test('is Ready again once a spec that could not be used is mended', async () => {
    bench.change({ refreshInterval: 'soon' })
    await expect(bench.reconcile()).rejects.toMatchObject({ reason: 'InvalidSpec' })
    bench.tell('False')
    bench.change({ refreshInterval: '1h' })

    expect(await bench.reconcile()).toMatchObject({ kind: 'done', reason: 'Synced' })
    expect(bench.reads).toBe(1)
  })

  test('reads again when its Secret is gone, until that is there', async () => {
    bench.secrets.delete('shop/db')
    bench.items.clear()
    await expect(bench.reconcile()).rejects.toMatchObject({ reason: 'NotFound' })
    bench.tell('False')
    bench.items.set('/db/password', 'canary-2')

    await bench.sync()

    expect(bench.dataOf('shop/db')).toEqual([['password', 'canary-2']])
  })

  test('reads again when it is retried before the first sync', async () => {
    bench.object = { ...bench.object, metadata: { ...bench.object.metadata, uid: 'u2' } }
    const { status: _, ...fresh } = bench.object
    bench.secrets.delete('shop/db')
    bench.items.clear()
    await expect(bench.reconcile(fresh)).rejects.toMatchObject({ reason: 'NotFound' })
    bench.items.set('/db/password', 'canary-2')

    expect(await bench.reconcile(fresh)).toMatchObject({ kind: 'done', action: 'Created' })
  })
})
