import { beforeEach, expect, test } from 'vitest'
import { ReconcileBench } from '../../test/fakes/secrets/reconcile-bench.ts'
import { Redacted } from '../std/redacted.ts'
import type { OpenStore } from './spec-stores.ts'

let bench: ReconcileBench
let found: Record<string, string>
let versions: Record<string, string>

/** Stores by name: `main` holds what the bench holds, every store finds what there is to find. */
const openStore: OpenStore = ({ kind, name }, namespace) => {
  const main = bench.ports.openStore({ kind, name: 'main' }, namespace)
  if (main === undefined || name === 'foreign') return undefined
  const find = () =>
    Promise.resolve(
      Object.entries(found).map(([key, text]) => ({ key, value: { text: new Redacted(text) } })),
    )
  const { provider } = main
  return {
    title: `SecretStore shop/${name}`,
    version: versions[name] ?? '1',
    provider: { ...provider, find },
  }
}

const isServedByAnother = ({ name }: { name: string }) => name === 'foreign'
const reconcile = () => bench.reconcile(bench.object, { ...bench.ports, openStore, isServedByAnother })

/** Reconciles, lets the watch catch up, and writes the status as the shell would. */
async function sync() {
  const verdict = await reconcile()
  if (verdict.kind !== 'done') throw new Error(`the verdict is ${verdict.kind}`)
  bench.secrets.echo()
  bench.tell('True', verdict.fields)
  return verdict
}

beforeEach(() => {
  bench = new ReconcileBench()
  found = { '/db/user': 'canary-1' }
  versions = {}
  const { metadata } = bench.object
  bench.object = {
    metadata,
    spec: { secretStoreRef: { name: 'main' }, dataFrom: [{ find: { name: { regexp: 'db' } } }] },
  }
})

test('what is found is written under its converted name', async () => {
  await sync()

  expect(bench.dataOf('shop/db')).toEqual([['_db_user', 'canary-1']])
})

test('where nothing is found no Secret is made, and all is well', async () => {
  found = {}

  const verdict = await sync()

  expect(bench.secrets.get('shop/db')).toBeUndefined()
  expect(verdict).toMatchObject({
    reason: 'Synced',
    message: 'Nothing was found at SecretStore shop/main; Secret "db" is not made',
    next: { kind: 'again' },
  })
  expect(verdict.fields).not.toHaveProperty('binding')
})

test('where nothing is found any more the Secret stays as it is, and is looked after again', async () => {
  await sync()
  found = {}
  bench.clock.advance(3_600_000)

  const verdict = await sync()

  expect(verdict).toMatchObject({ message: expect.stringContaining('"db" is left as it is') as string })
  expect(verdict.fields).toMatchObject({ binding: { name: 'db' } })
  expect(bench.dataOf('shop/db')).toEqual([['_db_user', 'canary-1']])
  expect(await reconcile()).toMatchObject({ kind: 'resting' })

  found = { '/db/user': 'canary-2' }
  bench.clock.advance(3_600_000)
  await sync()
  expect(bench.dataOf('shop/db')).toEqual([['_db_user', 'canary-2']])
})

test('a change of any of its stores has the values read anew', async () => {
  const sourceRef = { storeRef: { name: 'other' } }
  bench.change({
    data: [{ secretKey: 'password', remoteRef: { key: '/db/password' }, sourceRef }],
  })
  await sync()
  expect(await reconcile()).toMatchObject({ kind: 'resting' })

  versions = { other: '2' }

  expect(await reconcile()).toMatchObject({
    kind: 'done',
    message: expect.stringContaining('SecretStore shop/main, SecretStore shop/other') as string,
  })
})

test('one store that another controller serves makes it another’s', async () => {
  bench.change({
    data: [
      {
        secretKey: 'x',
        remoteRef: { key: '/db/password' },
        sourceRef: { storeRef: { name: 'foreign' } },
      },
    ],
  })

  expect(await reconcile()).toMatchObject({ kind: 'ignored' })
})

test('a find that finds nothing any more takes no key away, whatever else is read', async () => {
  const { metadata, spec } = bench.object
  const data = [{ secretKey: 'password', remoteRef: { key: '/db/password' } }]
  bench.object = { metadata, spec: { ...spec, data } }
  await sync()
  found = {}
  bench.clock.advance(3_600_000)

  await expect(reconcile()).rejects.toMatchObject({ reason: 'DeletionHeld' })
  expect(bench.dataOf('shop/db').map(([key]) => key)).toEqual(['_db_user', 'password'])
})

test('a find that finds less takes the keys of what is gone away', async () => {
  found = { '/db/user': 'canary-1', '/db/old': 'canary-2' }
  await sync()
  found = { '/db/user': 'canary-1' }
  bench.clock.advance(3_600_000)
  await sync()

  expect(bench.dataOf('shop/db').map(([key]) => key)).toEqual(['_db_user'])
})

test('of an ExternalSecret whose store another controller serves not even a mistake is told', async () => {
  bench.object = { ...bench.object, spec: { secretStoreRef: { name: 'foreign' } } }

  expect(await reconcile()).toMatchObject({ kind: 'ignored' })
})
