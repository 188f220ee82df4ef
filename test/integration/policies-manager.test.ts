import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sharedCluster } from '../cluster/shared.ts'
import { bind } from '../manager/accounts.ts'
import { requestsOf } from '../manager/audit-log.ts'
import { eventually } from '../manager/eventually.ts'
import { type ManagerProcess, startManager } from '../manager/manager-process.ts'
import { newWorld, type World } from '../manager/world.ts'

const cluster = sharedCluster()
let world: World
let manager: ManagerProcess

// This manager may delete Secrets; the one of policies-without-delete.test.ts may not.
beforeAll(async () => {
  world = await newWorld(cluster)
  await bind(world, 'keyferry', { role: 'keyferry-external-secrets-delete', namespace: world.namespace })
  const args = ['--controller-class', world.controllerClass]
  manager = await startManager(cluster, { token: world.managerToken, args })
  await world.apply(world.store('akeyless'))
})

afterAll(async () => {
  await manager?.[Symbol.asyncDispose]()
  await world?.[Symbol.asyncDispose]()
})

const item = (name: string) => `/${world.namespace}/${name}`
const run = (...args: string[]) => world.kubectl('-n', world.namespace, ...args)
const lose = (name: string) => world.akeyless.state.deleteItem(item(name))

/** Applies an ExternalSecret `name` with a key for each item of `keys`, which are made first. */
async function apply(
  name: string,
  keys: readonly string[],
  target: object = {},
  spec: object = {},
): Promise<void> {
  for (const key of keys) world.akeyless.state.secret(item(`${name}-${key}`), { value: `of ${key}` })
  const data = keys.map((key) => ({ secretKey: key, remoteRef: { key: item(`${name}-${key}`) } }))
  await world.apply(world.externalSecret(name, { refreshInterval: '1s', data, target, ...spec }))
}

async function synced(
  name: string,
  keys: readonly string[],
  target: object = {},
  spec: object = {},
): Promise<void> {
  await apply(name, keys, target, spec)
  await world.reason('externalsecret', name, 'Synced')
}

const theirSecret = (name: string, stringData: object) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { namespace: world.namespace, name },
  stringData,
})

async function keysOf(name: string): Promise<string[] | undefined> {
  const data = await world.secret(name)
  return data === undefined ? undefined : Object.keys(data).toSorted()
}

const untilKeys = (name: string, keys: string[] | undefined) =>
  eventually(
    `Secret ${name} has the keys ${String(keys)}`,
    async () => String(await keysOf(name)) === String(keys),
  )

describe('deletionPolicy', () => {
  test('Delete: a key goes with its item, the Secret with the last one, and comes back with one', async () => {
    await synced('del', ['a', 'b'], { deletionPolicy: 'Delete' })
    lose('del-a')
    await untilKeys('del', ['b'])
    lose('del-b')
    await world.reason('externalsecret', 'del', 'SecretDeleted')
    expect(await keysOf('del')).toBeUndefined()
    world.akeyless.state.secret(item('del-a'), { value: 'again' })

    await untilKeys('del', ['a'])
    await world.reason('externalsecret', 'del', 'Synced')
  })

  test('Delete: an item that was never there makes no Secret, and is Ready', async () => {
    await apply(
      'never',
      [],
      { deletionPolicy: 'Delete' },
      {
        data: [{ secretKey: 'a', remoteRef: { key: item('never-there') } }],
      },
    )
    const seen = await world.reason('externalsecret', 'never', 'SecretDeleted')

    expect(seen.status?.conditions?.find((it) => it.type === 'Ready')?.status).toBe('True')
    expect(await keysOf('never')).toBeUndefined()
  })

  test('Retain: the Secret stays whole, and the sync fails', async () => {
    await synced('retain', ['a', 'b'])
    lose('retain-a')
    await world.reason('externalsecret', 'retain', 'NotFound')

    expect(await keysOf('retain')).toEqual(['a', 'b'])
  })

  test('Retain: an empty find keeps the Secret, and its status goes on', async () => {
    const find = { name: { regexp: 'empty-find' } }
    world.akeyless.state.secret(item('empty-find'), { value: 'x' })
    await apply(
      'empty',
      [],
      { deletionPolicy: 'Delete' },
      { dataFrom: [{ find: { ...find, path: `/${world.namespace}` } }] },
    )
    await world.reason('externalsecret', 'empty', 'Synced')
    const before = await world.secret('empty')
    lose('empty-find')
    await sleep(2500)

    expect(await world.secret('empty')).toEqual(before)
    await world.reason('externalsecret', 'empty', 'Synced')
  })

  test('Merge: keys go with their items, the Secret stays with none', async () => {
    await synced('merge', ['a', 'b'], { deletionPolicy: 'Merge' })
    lose('merge-a')
    await untilKeys('merge', ['b'])
    lose('merge-b')
    await untilKeys('merge', [])

    expect(await world.secret('merge')).toEqual({})
  })

  test('many at once are held until the annotation says otherwise', async () => {
    const keys = ['a', 'b', 'c', 'd', 'e', 'f']
    await synced('many', keys, { deletionPolicy: 'Delete' })
    for (const key of keys) lose(`many-${key}`)
    await world.reason('externalsecret', 'many', 'DeletionHeld')
    await world.reason('externalsecret', 'many', 'DeletionHeld', 'Stalled')
    await sleep(2000)
    expect(await keysOf('many')).toEqual(keys)

    await run('annotate', 'externalsecret', 'many', 'keyferry.io/allow-deletion=true')
    await world.reason('externalsecret', 'many', 'SecretDeleted')
    expect(await keysOf('many')).toBeUndefined()
  })

  test('nothing vanishes after the store changed, until the spec does', async () => {
    const spec = { secretStoreRef: { name: 'moving' } }
    await world.apply(world.store('moving'))
    await synced('moved', ['a', 'b'], { deletionPolicy: 'Merge' }, spec)
    await run('patch', 'externalsecret', 'moved', '--type=merge', '-p', '{"spec":{"suspend":true}}')
    await world.reason('externalsecret', 'moved', 'Suspended', 'Suspended')
    lose('moved-a')
    await world.apply(world.store('moving', { ignoreCache: true }))
    // Suspending is a change of the spec too: what was held before it would be let go by it.
    await run('patch', 'externalsecret', 'moved', '--type=merge', '-p', '{"spec":{"suspend":false}}')
    await world.reason('externalsecret', 'moved', 'DeletionHeld')
    expect(await keysOf('moved')).toEqual(['a', 'b'])
    await run('patch', 'externalsecret', 'moved', '--type=merge', '-p', '{"spec":{"refreshInterval":"2s"}}')

    await untilKeys('moved', ['b'])
  })

  test('access that is denied deletes nothing', async () => {
    await synced('denied', ['a'], { deletionPolicy: 'Delete' })
    const elsewhere = [{ secretKey: 'a', remoteRef: { key: '/elsewhere/a' } }]
    await world.apply(
      world.externalSecret('denied', {
        refreshInterval: '1s',
        data: elsewhere,
        target: { deletionPolicy: 'Delete' },
      }),
    )
    await world.reason('externalsecret', 'denied', 'AccessDenied')

    expect(await keysOf('denied')).toEqual(['a'])
  })
})

describe('creationPolicy', () => {
  test('Merge waits for its Secret, Ready, and writes as soon as it is there; other keys stay', async () => {
    await apply('waits', ['a'], { creationPolicy: 'Merge' }, { refreshInterval: '1h' })
    const seen = await world.reason('externalsecret', 'waits', 'SecretMissing')
    expect(seen.status?.conditions?.find((it) => it.type === 'Ready')?.status).toBe('True')
    await world.apply(theirSecret('waits', { theirs: 'x' }))

    await untilKeys('waits', ['a', 'theirs'])
    await world.reason('externalsecret', 'waits', 'Synced')
  })

  test('Merge re-reconciles when the Secret changes', async () => {
    await world.apply(theirSecret('mended', { theirs: 'x' }))
    await synced('mended', ['a'], { creationPolicy: 'Merge' }, { refreshInterval: '1h' })
    await run('patch', 'secret', 'mended', '-p', '{"stringData":{"a":"meddled","more":"y"}}')

    await eventually('our key is mended', async () => (await world.secret('mended'))?.['a'] === 'of a')
    expect(await keysOf('mended')).toEqual(['a', 'more', 'theirs'])
  })

  test('Orphan and CreateOrMerge leave their Secret when the ExternalSecret goes', async () => {
    await synced('orphan', ['a'], { creationPolicy: 'Orphan' })
    await synced('create', ['a'], { creationPolicy: 'CreateOrMerge' })
    await run('delete', 'externalsecret', 'orphan', 'create')
    await sleep(2000)

    expect([await keysOf('orphan'), await keysOf('create')]).toEqual([['a'], ['a']])
  })

  test('Orphan lets the Secret be until the next refresh; CreateOrMerge makes it again at once', async () => {
    const spec = { refreshInterval: '1h' }
    await synced('gone-orphan', ['a'], { creationPolicy: 'Orphan' }, spec)
    await synced(
      'gone-create',
      ['a'],
      { creationPolicy: 'CreateOrMerge' },
      { ...spec, refreshPolicy: 'CreatedOnce' },
    )
    await run('delete', 'secret', 'gone-orphan', 'gone-create')

    await untilKeys('gone-create', ['a'])
    expect(await keysOf('gone-orphan')).toBeUndefined()
  })

  test('None writes nothing', async () => {
    await synced('none', ['a'], { creationPolicy: 'None' })

    expect(await keysOf('none')).toBeUndefined()
  })
})

describe('CreatedOnce, when the ExternalSecret is made anew', () => {
  test.each([
    [false, 'new'],
    [true, 'of a'],
  ])('with immutable %s the Secret holds "%s"', async (immutable, value) => {
    const name = `once-${immutable}`
    const target = { creationPolicy: 'Orphan', immutable }
    await synced(name, ['a'], target, { refreshPolicy: 'CreatedOnce' })
    await run('delete', 'externalsecret', name)
    world.akeyless.state.putSecret(item(`${name}-a`), 'new')
    const data = [{ secretKey: 'a', remoteRef: { key: item(`${name}-a`) } }]
    await world.apply(world.externalSecret(name, { data, target, refreshPolicy: 'CreatedOnce' }))
    await world.reason('externalsecret', name, immutable ? 'TargetImmutable' : 'Synced')

    expect(await world.secret(name)).toEqual({ a: value })
  })

  test('an immutable Secret that is deleted comes back', async () => {
    await synced('solid', ['a'], { immutable: true }, { refreshPolicy: 'CreatedOnce' })
    await run('delete', 'secret', 'solid')
    await untilKeys('solid', ['a'])

    expect(await world.secret('solid')).toEqual({ a: 'of a' })
  })
})

test('a renamed target leaves no Secret behind under its old name', async () => {
  await synced('rename', ['a'], { name: 'rename-old' })
  await synced('rename', ['a'], { name: 'rename-new' })

  await untilKeys('rename-old', undefined)

  expect(await keysOf('rename-new')).toEqual(['a'])
})

test('outside its sync windows nothing is read by the clock, and a spec change is acted upon', async () => {
  const closed = { kind: 'allow', windows: [{ schedule: '0 0 29 2 *', duration: '1m' }] }
  await synced('window', ['a'], {}, { syncWindows: closed })
  world.akeyless.state.putSecret(item('window-a'), 'two')
  await sleep(2500)
  expect(await world.secret('window')).toEqual({ a: 'of a' })
  await run('patch', 'externalsecret', 'window', '--type=merge', '-p', '{"spec":{"refreshInterval":"3s"}}')

  await eventually('the value is read', async () => (await world.secret('window'))?.['a'] === 'two')
})

test('refreshes that find nothing new write to no Secret, whatever the policy', async () => {
  const policies = ['Owner', 'Orphan', 'Merge', 'CreateOrMerge']
  await world.apply(theirSecret('quiet-merge', { theirs: 'x' }))
  for (const creationPolicy of policies)
    await synced(`quiet-${creationPolicy.toLowerCase()}`, ['a'], { creationPolicy })
  const versions = () =>
    Promise.all(
      policies.map(
        async (it) => (await world.get('secret', `quiet-${it.toLowerCase()}`)).metadata.resourceVersion,
      ),
    )
  const before = await versions()
  await sleep(3000)

  expect(await versions()).toEqual(before)
})

test('every deletion was of a Secret, one at a time', async () => {
  const requests = await requestsOf(cluster, `${world.namespace}:keyferry`)

  const deletions = requests.filter((it) => it.verb.startsWith('delete'))
  expect(new Set(deletions.map((it) => `${it.verb} ${it.resource}`))).toEqual(new Set(['delete secrets']))
})
