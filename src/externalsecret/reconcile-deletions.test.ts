import { beforeEach, describe, expect, test } from 'vitest'
import { ReconcileBench } from '../../test/fakes/secrets/reconcile-bench.ts'

const hourMs = 3_600_000
let bench: ReconcileBench

const entries = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ secretKey: `k${index}`, remoteRef: { key: `/k${index}` } }))

/** An ExternalSecret with so many keys, in sync. */
async function start(count: number, deletionPolicy: string, spec: object = {}): Promise<void> {
  bench = new ReconcileBench()
  bench.secrets.mayDelete = true
  for (const { remoteRef } of entries(count)) bench.items.set(remoteRef.key, `of ${remoteRef.key}`)
  bench.change({ data: entries(count), target: { deletionPolicy }, ...spec })
  await bench.sync()
}

function lose(...indexes: number[]): void {
  for (const index of indexes) bench.items.delete(`/k${index}`)
  bench.clock.advance(hourMs)
}

const keys = () => bench.dataOf('shop/db').map(([key]) => key)
const range = (count: number) => Array.from({ length: count }, (_, index) => index)
const held = { reason: 'DeletionHeld', userMustAct: true }

test('deletionPolicy Retain keeps the Secret whole, and the sync fails', async () => {
  await start(2, 'Retain')
  lose(0)

  await expect(bench.reconcile()).rejects.toMatchObject({ reason: 'NotFound' })
  expect(keys()).toEqual(['k0', 'k1'])
  expect(bench.object.status?.syncedStores).toBeUndefined()
})

describe.each(['Merge', 'Delete'])('deletionPolicy %s', (policy) => {
  beforeEach(() => start(3, policy))

  test('takes out the key of an item that is gone, and tells once which', async () => {
    lose(1)

    const verdict = await bench.sync()
    expect(keys()).toEqual(['k0', 'k2'])
    expect(verdict.notes).toContainEqual(
      expect.objectContaining({ action: 'MissingProviderSecret', message: expect.stringContaining('"/k1"') }),
    )

    bench.clock.advance(hourMs)
    expect(await bench.reconcile()).toMatchObject({ reason: 'Synced', unchanged: true, notes: [] })
  })

  test('brings the key back with its item', async () => {
    lose(1)
    await bench.sync()
    bench.items.set('/k1', 'again')
    bench.clock.advance(hourMs)
    await bench.sync()

    expect(bench.dataOf('shop/db')).toContainEqual(['k1', 'again'])
  })

  test('holds while the store is another one than at the last good sync, until a person says so', async () => {
    lose(1)
    bench.storeVersion = 's/2'

    await expect(bench.reconcile()).rejects.toMatchObject(held)
    expect(keys()).toEqual(['k0', 'k1', 'k2'])
    bench.annotate('keyferry.io/allow-deletion', 'true')
    await bench.sync()
    expect(keys()).toEqual(['k0', 'k2'])
  })

  test('holds while the store logs in as somebody else than at the last good sync', async () => {
    lose(1)
    bench.identity = 'somebody else'

    await expect(bench.reconcile()).rejects.toMatchObject(held)
    expect(keys()).toEqual(['k0', 'k1', 'k2'])
  })

  test('goes by the status after a restart', async () => {
    lose(1)
    bench.ports.memories.clear()
    await bench.sync()

    expect(keys()).toEqual(['k0', 'k2'])
  })

  test('holds after a restart where the status cannot tell what the stores were', async () => {
    lose(1)
    bench.ports.memories.clear()
    const { syncedStores: _, ...status } = bench.object.status ?? {}
    bench.object = { ...bench.object, status }

    await expect(bench.reconcile()).rejects.toMatchObject(held)
  })

  test('does not take an item that a cache does not know for a missing one', async () => {
    bench.clock.advance(hourMs)
    bench.stale.add('/k1')
    await bench.sync()

    expect(keys()).toEqual(['k0', 'k1', 'k2'])
  })

  test('leaves everything when access was denied, or nothing can be read', async () => {
    lose(1)
    bench.denied.add('/k1')

    await expect(bench.reconcile()).rejects.toMatchObject({ reason: 'AccessDenied' })
    expect(keys()).toEqual(['k0', 'k1', 'k2'])
  })
})

describe('many at once', () => {
  test('are held, and a spec change lets them go', async () => {
    await start(10, 'Merge')
    lose(...range(6))

    await expect(bench.reconcile()).rejects.toMatchObject(held)
    bench.fail('DeletionHeld')
    await expect(bench.reconcile()).rejects.toMatchObject(held)
    expect(keys()).toHaveLength(10)
    bench.change({ refreshInterval: '2h' })
    await bench.sync()
    expect(keys()).toHaveLength(4)
  })

  test('stay held while nobody says anything, even when fewer are missing', async () => {
    await start(10, 'Merge')
    lose(...range(6))
    await expect(bench.reconcile()).rejects.toMatchObject(held)
    bench.fail('DeletionHeld')
    for (const index of range(4)) bench.items.set(`/k${index}`, 'back')

    await expect(bench.reconcile()).rejects.toMatchObject(held)
  })

  test('end being held when all are back', async () => {
    await start(10, 'Merge')
    lose(...range(6))
    await expect(bench.reconcile()).rejects.toMatchObject(held)
    bench.fail('DeletionHeld')
    for (const index of range(6)) bench.items.set(`/k${index}`, 'back')

    await bench.sync()
    expect(keys()).toHaveLength(10)
  })

  test('are not many where they are a fifth or less, or five or fewer', async () => {
    await start(30, 'Merge')
    lose(...range(6))
    await bench.sync()
    expect(keys()).toHaveLength(24)

    await start(5, 'Delete')
    lose(...range(5))
    expect(await bench.sync()).toMatchObject({ reason: 'SecretDeleted' })
  })

  test('of the whole Secret are held too', async () => {
    await start(6, 'Delete')
    lose(...range(6))

    await expect(bench.reconcile()).rejects.toMatchObject(held)
    expect(keys()).toHaveLength(6)
  })
})

describe('deletionPolicy Delete, with nothing left', () => {
  beforeEach(async () => {
    await start(2, 'Delete')
    lose(0, 1)
  })

  test('deletes the Secret, and is Ready with nothing bound', async () => {
    const verdict = await bench.sync()

    expect(bench.secrets.get('shop/db')).toBeUndefined()
    expect(verdict).toMatchObject({ reason: 'SecretDeleted', action: 'Deleted', unchanged: false })
    expect(verdict.fields.binding).toBeUndefined()
  })

  test('rests then, and makes the Secret anew when an item is back', async () => {
    await bench.sync()
    const { reads } = bench

    expect(await bench.reconcile()).toMatchObject({ kind: 'resting' })
    expect(bench.reads).toBe(reads)
    bench.items.set('/k0', 'back')
    bench.clock.advance(hourMs)
    expect(await bench.sync()).toMatchObject({ reason: 'Synced', action: 'Created' })
    expect(bench.dataOf('shop/db')).toEqual([['k0', 'back']])
  })

  test('says what was left where nobody granted the right', async () => {
    bench.secrets.mayDelete = false

    await expect(bench.reconcile()).rejects.toMatchObject({
      reason: 'TargetRejected',
      message: expect.stringContaining('Cannot delete Secret "shop/db"'),
    })
    expect(keys()).toEqual(['k0', 'k1'])
  })

  test('leaves a Secret that is not ours', async () => {
    bench.secrets.put('shop', 'db', { theirs: 'eA==' })

    expect(await bench.sync()).toMatchObject({ reason: 'SecretDeleted', unchanged: true })
    expect(keys()).toEqual(['theirs'])
  })
})

test('an empty find never deletes, nor does it when single items are missing beside it', async () => {
  await start(1, 'Delete', { dataFrom: [{ find: { name: { regexp: '.*' } } }] })
  lose(0)

  expect(await bench.sync()).toMatchObject({
    reason: 'Synced',
    message: expect.stringContaining('left as it is'),
  })
  expect(keys()).toEqual(['k0'])
})

test('deletionPolicy Merge keeps the Secret when nothing is left', async () => {
  await start(2, 'Merge')
  lose(0, 1)
  await bench.sync()

  expect(bench.secrets.get('shop/db')?.data).toEqual({})
})

test('a folder that vanishes is held, though each ExternalSecret has one item of it', async () => {
  await start(1, 'Delete')
  const object = bench.object
  const one = (name: string) => ({
    ...object,
    metadata: { ...object.metadata, name, uid: `u-${name}` },
    spec: { ...object.spec, data: [{ secretKey: 'k', remoteRef: { key: `/${name}` } }] },
  })
  const names = range(8).map((it) => `es${it}`)
  for (const name of names) {
    bench.items.set(`/${name}`, 'x')
    await bench.reconcile(one(name))
  }
  bench.secrets.echo()
  bench.items.clear()
  bench.clock.advance(hourMs)
  const outcomes: unknown[] = []
  for (const name of names)
    outcomes.push(await bench.reconcile(one(name)).catch((error: { reason?: string }) => error.reason))

  expect(outcomes.filter((it) => it === 'DeletionHeld')).toHaveLength(3)
  expect(names.filter((it) => bench.secrets.get(`shop/${it}`) !== undefined)).toHaveLength(3)
})

test('a sync that found nothing at a changed store makes that store no proven one', async () => {
  await start(2, 'Merge', { dataFrom: [{ find: { name: { regexp: '.*' } } }] })
  lose(0, 1)
  bench.storeVersion = 's/2'
  expect(await bench.sync()).toMatchObject({ message: expect.stringContaining('Nothing was found') })
  bench.items.set('/k0', 'back')
  bench.clock.advance(hourMs)

  await expect(bench.reconcile()).rejects.toMatchObject(held)
  expect(keys()).toEqual(['k0', 'k1'])
})
