import { beforeEach, describe, expect, test } from 'vitest'
import { ReconcileBench } from '../../test/fakes/secrets/reconcile-bench.ts'

const hourMs = 3_600_000
let bench: ReconcileBench

beforeEach(() => {
  bench = new ReconcileBench()
})

describe('creationPolicy None', () => {
  beforeEach(() => bench.change({ target: { creationPolicy: 'None' } }))

  test('reads the values, writes nothing and binds nothing', async () => {
    const verdict = await bench.sync()

    expect(bench.secrets.get('shop/db')).toBeUndefined()
    expect(verdict).toMatchObject({ reason: 'Synced', message: expect.stringContaining('writes no Secret') })
    expect(verdict.fields.binding).toBeUndefined()
    expect(await bench.reconcile()).toMatchObject({ kind: 'resting' })
  })

  test('fails when a value cannot be read', async () => {
    bench.items.clear()

    await expect(bench.reconcile()).rejects.toMatchObject({ reason: 'NotFound' })
  })
})

describe('creationPolicy Merge', () => {
  beforeEach(() => bench.change({ target: { creationPolicy: 'Merge' } }))

  test('waits for its Secret, Ready, and reads nothing until it is there', async () => {
    const verdict = await bench.sync()

    expect(verdict).toMatchObject({
      kind: 'done',
      reason: 'SecretMissing',
      fields: {},
      next: { kind: 'settled' },
    })
    expect([bench.reads, bench.secrets.applied]).toEqual([0, 0])
    expect(bench.secrets.get('shop/db')).toBeUndefined()
  })

  test('is due as soon as the Secret is there', async () => {
    await bench.sync()
    bench.secrets.put('shop', 'db', {})

    expect(await bench.sync()).toMatchObject({ reason: 'Synced' })
    expect(bench.dataOf('shop/db')).toContainEqual(['password', 'canary-1'])
  })

  test('waits again when the Secret goes', async () => {
    bench.secrets.put('shop', 'db', {})
    await bench.sync()
    bench.secrets.delete('shop/db')

    expect(await bench.sync()).toMatchObject({ reason: 'SecretMissing', fields: {} })
  })
})

describe('creationPolicy Orphan', () => {
  beforeEach(async () => {
    bench.change({ target: { creationPolicy: 'Orphan' } })
    await bench.sync()
  })

  test('makes a Secret that nobody owns', () => {
    const { metadata } = bench.secrets.get('shop/db') ?? {}

    expect(metadata?.ownerReferences).toBeUndefined()
    expect(metadata?.labels).toEqual({ 'reconcile.external-secrets.io/managed': 'true' })
  })

  test('lets the Secret be until the next refresh, whatever becomes of it', async () => {
    bench.secrets.delete('shop/db')
    expect(await bench.reconcile()).toMatchObject({ kind: 'resting' })
    bench.clock.advance(hourMs)

    expect(await bench.sync()).toMatchObject({ action: 'Created' })
  })

  test.each(['OnChange', 'CreatedOnce'])(
    'never makes it again with refreshPolicy %s',
    async (refreshPolicy) => {
      bench.change({ refreshPolicy })
      if (refreshPolicy === 'OnChange') await bench.sync()
      bench.secrets.delete('shop/db')
      bench.clock.advance(24 * hourMs)
      await bench.reconcile()

      expect(bench.secrets.get('shop/db')).toBeUndefined()
    },
  )
})

describe('creationPolicy CreateOrMerge', () => {
  beforeEach(async () => {
    bench.change({ target: { creationPolicy: 'CreateOrMerge' }, refreshPolicy: 'CreatedOnce' })
    await bench.sync()
  })

  test('makes a Secret that nobody owns, and makes it again at once', async () => {
    expect(bench.secrets.get('shop/db')?.metadata.ownerReferences).toBeUndefined()
    bench.secrets.delete('shop/db')

    expect(await bench.sync()).toMatchObject({ action: 'Created' })
  })
})

describe('a target that was renamed', () => {
  test('has its old Secret deleted where that was granted, once the new one is there', async () => {
    await bench.sync()
    bench.secrets.mayDelete = true
    bench.change({ target: { name: 'new' } })

    const verdict = await bench.sync()

    expect(bench.secrets.get('shop/db')).toBeUndefined()
    expect(bench.dataOf('shop/new')).toEqual([['password', 'canary-1']])
    expect(verdict.notes).toContainEqual({
      type: 'Normal',
      reason: 'Synced',
      action: 'Deleted',
      message: 'Secret "db" was deleted: the target is "new" now',
    })
  })

  test('has it deleted also where a kill came between the write of it and its record', async () => {
    await bench.reconcile()
    bench.secrets.echo()
    bench.ports.memories.clear()
    bench.secrets.mayDelete = true
    bench.change({ target: { name: 'new' } })

    const verdict = await bench.sync()

    expect(bench.secrets.get('shop/db')).toBeUndefined()
    expect(verdict.notes).toContainEqual(expect.objectContaining({ action: 'Deleted' }))
  })

  test('has it deleted also where somebody changed all its values just before', async () => {
    await bench.sync()
    bench.secrets.alter('shop/db', 'password', 'by hand')
    bench.secrets.mayDelete = true
    bench.change({ target: { name: 'new' } })
    await bench.sync()

    expect(bench.secrets.get('shop/db')).toBeUndefined()
  })

  test('keeps it where the same change says that Secrets are to stay', async () => {
    await bench.sync()
    bench.secrets.mayDelete = true
    bench.change({ target: { creationPolicy: 'Orphan', name: 'new' } })
    await bench.sync()

    expect(bench.secrets.get('shop/db')).toBeDefined()
  })

  test('keeps it where it was not to be owned', async () => {
    bench.change({ target: { creationPolicy: 'Orphan' } })
    await bench.sync()
    bench.secrets.mayDelete = true
    bench.change({ target: { creationPolicy: 'Orphan', name: 'new' } })
    await bench.sync()

    expect(bench.secrets.get('shop/db')).toBeDefined()
  })
})

describe('sync windows', () => {
  const nightly = { kind: 'allow', windows: [{ schedule: '0 22 * * *', duration: '2h' }] }

  beforeEach(async () => {
    bench.change({ syncWindows: nightly })
    await bench.sync()
  })

  test('put a refresh by the clock off until they open', async () => {
    bench.clock.advance(2 * hourMs)
    expect(await bench.reconcile()).toMatchObject({ kind: 'resting', next: { afterMs: 20 * hourMs } })

    bench.clock.advance(20 * hourMs)
    expect(await bench.reconcile()).toMatchObject({ kind: 'done' })
  })

  test.each([
    ['a changed spec', () => bench.change({ refreshInterval: '2h' })],
    ['a Secret that is gone', () => bench.secrets.delete('shop/db')],
    ['a mended spec', () => (bench.fail('InvalidSpec'), bench.change({ refreshInterval: '2h' }))],
  ])('do not put off what is due for %s', async (_, happen) => {
    bench.clock.advance(2 * hourMs)
    happen()

    expect(await bench.reconcile()).toMatchObject({ kind: 'done' })
  })

  test('put off what is tried again after a failed refresh; its failure stands until then', async () => {
    bench.fail('NotFound')
    bench.clock.advance(hourMs)

    expect(await bench.reconcile()).toMatchObject({ kind: 'resting', next: { afterMs: 21 * hourMs } })
    bench.clock.advance(21 * hourMs)
    expect(await bench.reconcile()).toMatchObject({ kind: 'done' })
  })

  test('do not keep it standing that the store could not be used', async () => {
    bench.fail('StoreNotReady')
    bench.clock.advance(2 * hourMs)
    const { reads } = bench

    expect(await bench.reconcile()).toMatchObject({ kind: 'done', reason: 'Synced' })
    expect(bench.reads).toBe(reads)
  })
})

test.each(['Owner', 'Orphan', 'Merge', 'CreateOrMerge', 'None'])(
  'policy %s writes nothing when a refresh finds nothing new',
  async (creationPolicy) => {
    if (creationPolicy === 'Merge') bench.secrets.put('shop', 'db', {})
    bench.change({ target: { creationPolicy } })
    await bench.sync()
    bench.clock.advance(hourMs)

    expect(await bench.sync()).toMatchObject({ unchanged: true })
  },
)
