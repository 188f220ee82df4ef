import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sharedCluster } from '../cluster/shared.ts'
import { eventually } from '../manager/eventually.ts'
import type { ManagerProcess } from '../manager/manager-process.ts'
import { newServedWorld, type ServedWorld } from '../manager/served-world.ts'
import type { Seen, World } from '../manager/world.ts'

// What docs/conformance.md lists and no other test holds: of sections A, B, M, O and P, and of stores.

const cluster = sharedCluster()
const aWhileMs = 2500
const patience = { timeout: 10_000, interval: 50 }
let scene: ServedWorld
let world: World
let manager: ManagerProcess

beforeAll(async () => {
  scene = await newServedWorld(cluster)
  world = scene.world
  manager = scene.manager
  await world.apply(world.store('akeyless'))
})

afterAll(() => scene?.[Symbol.asyncDispose]())

const run = (...args: readonly string[]) => world.kubectl('-n', world.namespace, ...args)
const item = (name: string) => `/${world.namespace}/${name}`
const put = (name: string, value: string) => world.akeyless.state.putSecret(item(name), value)

interface Parts {
  readonly spec?: object
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

/** Applies an ExternalSecret of one value whose item has the name `of`, and waits until it is in sync. */
async function synced(name: string, { spec = {}, ...marks }: Parts = {}, of = name): Promise<void> {
  put(of, 'one')
  const data = [{ secretKey: 'value', remoteRef: { key: item(of) } }]
  const metadata = { namespace: world.namespace, name, ...marks }
  await world.apply({ ...world.externalSecret(name, { refreshInterval: '1h', data, ...spec }), metadata })
  await world.reason('externalsecret', name, 'Synced')
}

function statusOf(seen: Seen): Record<string, unknown> {
  return { ...seen.status }
}

describe.concurrent('status.binding', () => {
  test('names the Secret that was written', async ({ expect }) => {
    await synced('bound', { spec: { target: { name: 'bound-secret' } } })

    expect(statusOf(await world.get('externalsecret', 'bound'))).toMatchObject({
      binding: { name: 'bound-secret' },
    })
  })

  test('is absent while none was', async ({ expect }) => {
    const data = [{ secretKey: 'value', remoteRef: { key: item('nowhere') } }]
    await world.apply(world.externalSecret('unbound', { data }))

    const seen = await world.reason('externalsecret', 'unbound', 'NotFound')

    expect(statusOf(seen)).not.toHaveProperty('binding')
  })
})

describe.concurrent('names', () => {
  test.for([64, 253])('of %s characters are as good as any', async (length, { expect }) => {
    const name = `long-${'n'.repeat(length - 5)}`

    await synced(name, { labels: { old: 'label' } }, `long-${length}`)
    await synced(name, { labels: { new: 'label' } }, `long-${length}`)

    const labels = async () => Object.keys((await world.get('secret', name)).metadata.labels ?? {})
    await expect.poll(labels, patience).toContain('new')
    expect(await labels()).not.toContain('old')
    expect(await world.secret(name)).toEqual({ value: 'one' })
  })
})

describe.concurrent('labels and annotations of the Secret', () => {
  test('are those of the ExternalSecret beside those that others put there', async ({ expect }) => {
    await synced('marked', {
      spec: { refreshInterval: '1s' },
      labels: { ours: 'label' },
      annotations: { 'example.com/ours': 'note' },
    })
    await run('label', 'secret', 'marked', 'theirs=label')
    await run('annotate', 'secret', 'marked', 'example.com/theirs=note')

    put('marked', 'two')
    await eventually('the value is there', async () => (await world.secret('marked'))?.['value'] === 'two')

    const { labels, annotations } = (await world.get('secret', 'marked')).metadata
    expect(labels).toMatchObject({ ours: 'label', theirs: 'label' })
    expect(annotations).toMatchObject({ 'example.com/ours': 'note', 'example.com/theirs': 'note' })
  })

  test('follow those of the ExternalSecret', async ({ expect }) => {
    await synced('remarked', { labels: { old: 'label' } })

    await synced('remarked', { labels: { new: 'label' } })

    const labels = async () => Object.keys((await world.get('secret', 'remarked')).metadata.labels ?? {})
    await expect.poll(labels, patience).toContain('new')
    expect(await labels()).not.toContain('old')
  })
})

describe.concurrent('what changes nothing writes nothing', () => {
  test('a refresh with the same value leaves Secret and status as they are', async ({ expect }) => {
    await synced('resting', { spec: { refreshInterval: '1s' } })
    const versions = async () => [
      (await world.get('secret', 'resting')).metadata.resourceVersion,
      (await world.get('externalsecret', 'resting')).metadata.resourceVersion,
    ]
    const before = await versions()

    await sleep(aWhileMs)

    expect(await versions()).toEqual(before)
  })

  test('a label, an annotation or the spec has the values read anew, whatever the interval', async ({
    expect,
  }) => {
    await synced('touched')
    const follows = async (value: string, ...args: readonly string[]) => {
      put('touched', value)
      await run(...args)
      await eventually(
        `the value is ${value}`,
        async () => (await world.secret('touched'))?.['value'] === value,
      )
    }

    await follows('two', 'label', 'externalsecret', 'touched', 'a=b')
    await follows('three', 'annotate', 'externalsecret', 'touched', 'a=b')
    const spec = '{"spec":{"refreshInterval":"2h"}}'
    await follows('four', 'patch', 'externalsecret', 'touched', '--type=merge', '-p', spec)

    expect(await world.secret('touched')).toEqual({ value: 'four' })
  })
})

describe.concurrent('creationPolicy Orphan', () => {
  test('with CreatedOnce makes no Secret a second time', async ({ expect }) => {
    await synced('orphan-once', {
      spec: { refreshPolicy: 'CreatedOnce', target: { creationPolicy: 'Orphan' } },
    })

    await run('delete', 'secret', 'orphan-once')
    await sleep(aWhileMs)

    expect(await world.secret('orphan-once')).toBeUndefined()
  })

  test('with an interval makes it anew at the next one, immutable or not', async ({ expect }) => {
    await synced('orphan-interval', {
      spec: { refreshInterval: '1s', target: { creationPolicy: 'Orphan', immutable: true } },
    })
    put('orphan-interval', 'two')

    await run('delete', 'secret', 'orphan-interval')

    await expect.poll(() => world.secret('orphan-interval'), patience).toEqual({ value: 'two' })
  })

  test('with an interval keeps an immutable Secret as it was made', async ({ expect }) => {
    await synced('orphan-keeps', {
      spec: { refreshInterval: '1s', target: { creationPolicy: 'Orphan', immutable: true } },
    })

    put('orphan-keeps', 'two')
    await sleep(aWhileMs)

    expect(await world.secret('orphan-keeps')).toEqual({ value: 'one' })
  })

  test('leaves what people edit until the next refresh', async ({ expect }) => {
    await synced('orphan-edited', { spec: { target: { creationPolicy: 'Orphan' } } })

    await run('patch', 'secret', 'orphan-edited', '-p', '{"stringData":{"value":"edited"}}')
    await sleep(aWhileMs)

    expect(await world.secret('orphan-edited')).toEqual({ value: 'edited' })
  })
})

test("ESO's counters count syncs and failed ones", async () => {
  const of = (name: string) => ({ name, namespace: world.namespace })
  await synced('counted')
  const data = [{ secretKey: 'value', remoteRef: { key: item('nowhere') } }]
  await world.apply(world.externalSecret('miscounted', { data }))
  await world.reason('externalsecret', 'miscounted', 'NotFound')

  expect(await manager.metric('externalsecret_sync_calls_total', of('counted'))).toBeGreaterThanOrEqual(1)
  expect(await manager.metric('externalsecret_sync_calls_error', of('counted'))).toBe(0)
  expect(await manager.metric('externalsecret_sync_calls_error', of('miscounted'))).toBeGreaterThanOrEqual(1)
})

describe.concurrent('a store', () => {
  const store = (name: string, fake: object, kind = 'SecretStore') => ({
    apiVersion: 'external-secrets.io/v1',
    kind,
    metadata: kind === 'SecretStore' ? { namespace: world.namespace, name } : { name },
    spec: { controller: world.controllerClass, provider: { fake } },
  })

  test.each(['SecretStore', 'ClusterSecretStore'])('that is valid says so: %s', async (kind) => {
    const name = `valid-${world.namespace}`
    await world.apply(store(name, { data: [{ key: 'a', value: '1' }] }, kind))

    const seen = await world.reason(kind, name, 'Valid')

    expect(statusOf(seen)).toMatchObject({ capabilities: 'ReadOnly' })
  })

  test.each(['SecretStore', 'ClusterSecretStore'])('that is invalid is not Ready: %s', async (kind) => {
    const name = `invalid-${world.namespace}`
    await world.apply(store(name, { data: [], validationResult: 2 }, kind))

    const seen = await world.reason(kind, name, 'AuthFailed')

    expect(seen.status?.conditions?.find((it) => it.type === 'Ready')?.status).toBe('False')
  })

  test('of another controller class is left alone', async ({ expect }) => {
    const manifest = store('foreign', { data: [] })
    await world.apply({ ...manifest, spec: { ...manifest.spec, controller: 'another' } })
    await sleep(aWhileMs)

    expect((await world.get('secretstore', 'foreign')).status?.conditions).toBeUndefined()
  })
})
