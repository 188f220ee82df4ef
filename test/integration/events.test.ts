import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sharedCluster } from '../cluster/shared.ts'
import { type EventEndpoint, type EventSender, newEventSender } from '../manager/event-endpoint.ts'
import { eventually } from '../manager/eventually.ts'
import { type ManagerProcess, startManager } from '../manager/manager-process.ts'
import { newWorld, type World } from '../manager/world.ts'

const cluster = sharedCluster()
/** The promise is one second. */
const followedMs = 3000
let world: World
let sender: EventSender
let endpoint: EventEndpoint
let manager: ManagerProcess

beforeAll(async () => {
  world = await newWorld(cluster)
  sender = await newEventSender()
  endpoint = await sender.newEndpoint()
  const scope = ['--controller-class', world.controllerClass, '--namespace', world.namespace]
  const args = [...scope, ...endpoint.args]
  manager = await startManager(cluster, { token: world.managerToken, args })
  await world.apply(world.store('akeyless'))
})

afterAll(async () => {
  await manager?.[Symbol.asyncDispose]()
  await sender?.[Symbol.asyncDispose]()
  await world?.[Symbol.asyncDispose]()
})

beforeEach(() => {
  world.akeyless.state.cache.mode = 'off'
})

const item = (name: string) => `/${world.namespace}/${name}`

/** ExternalSecrets that read an item of their own name, and nothing by the clock for an hour. */
async function synced(...names: readonly string[]): Promise<void> {
  for (const name of names) world.akeyless.state.secret(item(name), { value: `${name} 1` })
  const data = (name: string) => [{ secretKey: 'value', remoteRef: { key: item(name) } }]
  await world.apply(...names.map((it) => world.externalSecret(it, { refreshInterval: '1h', data: data(it) })))
  for (const name of names) await world.reason('externalsecret', name, 'Synced')
  await quiet()
}

/** Nobody calls Akeyless any more, and nothing is reconciled. */
async function quiet(): Promise<void> {
  const seen = async () => `${world.akeyless.state.calls.count()} ${await reconciled()}`
  for (let before = '', now = await seen(); now !== before; now = await seen()) {
    before = now
    await sleep(300)
  }
}

function reconciled(): Promise<number> {
  return manager.metric('controller_runtime_reconcile_total', { controller: 'externalsecret' })
}

async function follows(name: string, value: string): Promise<void> {
  await eventually(
    `Secret ${name} holds ${value}`,
    async () => (await world.secret(name))?.['value'] === value,
    followedMs,
  )
}

/** The items whose values were asked for since the last `calls.clear()`. */
function readItems(): string[] {
  const { calls } = world.akeyless.state
  return calls.of('get-secret-value').flatMap(({ names }) => names)
}

test('an event has those who read its item follow at once, and nobody else', async () => {
  await synced('told', 'untold')
  const { state } = world.akeyless
  state.putSecret(item('told'), 'told 2')
  state.putSecret(item('untold'), 'untold 2')
  state.calls.clear()

  expect(await endpoint.tell([item('told')])).toBe(202)

  await follows('told', 'told 2')
  await quiet()
  expect(readItems()).toEqual([item('told')])
  expect(await world.secret('untold')).toEqual({ value: 'untold 1' })
})

test('what the Gateway has cached is not believed after an event', async () => {
  // Items that changed within the hour are read past the cache anyway: this one says that it did not.
  world.akeyless.state.advance(-7_200_000)
  world.akeyless.state.cache.mode = 'staleUntilFlush'
  await synced('cached')
  world.akeyless.state.putSecret(item('cached'), 'cached 2')
  world.akeyless.state.calls.clear()

  await endpoint.tell([item('cached')])

  await follows('cached', 'cached 2')
  const calls = world.akeyless.state.calls.of('get-secret-value')
  expect(calls.map((it) => it.ignoreCache)).toEqual([true])
  world.akeyless.state.advance(7_200_000)
})

test('those who find an item by name follow too', async () => {
  world.akeyless.state.secret(item('sets/one'), { value: '1' })
  const find = { path: item('sets'), name: { regexp: '.*' } }
  await world.apply(world.externalSecret('finder', { refreshInterval: '1h', dataFrom: [{ find }] }))
  await world.reason('externalsecret', 'finder', 'Synced')
  world.akeyless.state.secret(item('sets/two'), { value: '2' })

  await endpoint.tell([item('sets/two')])

  await eventually(
    'the new item is found',
    async () => Object.keys((await world.secret('finder')) ?? {}).length === 2,
    followedMs,
  )
})

test('items that nobody reads cost nothing', async () => {
  await synced('bystander')
  const { calls } = world.akeyless.state
  calls.clear()
  const before = (await world.get('externalsecret', 'bystander')).metadata.resourceVersion
  const reconciledBefore = await reconciled()

  expect(await endpoint.tell([item('unknown'), '/of/others', ''])).toBe(202)
  await quiet()

  expect(calls.count()).toBe(0)
  expect((await world.get('externalsecret', 'bystander')).metadata.resourceVersion).toBe(before)
  expect(await reconciled()).toBe(reconciledBefore)
})

test('a storm of ten thousand events is a handful of reads', async () => {
  await synced('stormy')
  const { state } = world.akeyless
  state.calls.clear()
  state.putSecret(item('stormy'), 'stormy 2')
  const many = Array.from({ length: 99 }, () => item('stormy'))

  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, index) => endpoint.tell([...many, item(`strange-${index}`)])),
  )
  await follows('stormy', 'stormy 2')
  await quiet()

  expect(new Set(answers)).toEqual(new Set([202]))
  expect(readItems().length).toBeLessThan(30)
})

test('a thousand events, each by itself, are heard by whoever reads', async () => {
  await synced('single')
  const { state } = world.akeyless
  state.calls.clear()
  state.putSecret(item('single'), 'single 2')

  const answers = await Promise.all(Array.from({ length: 1000 }, () => endpoint.tell([item('single')])))
  await follows('single', 'single 2')
  await quiet()

  expect(new Set(answers)).toEqual(new Set([202]))
  expect(readItems().length).toBeLessThan(100)
})

describe('without the token', () => {
  test('nobody is heard, and no log shows what was sent', async () => {
    await synced('guarded')
    world.akeyless.state.putSecret(item('guarded'), 'guarded 2')
    world.akeyless.state.calls.clear()

    expect(await endpoint.tell([item('guarded')], { token: 'canary-guess' })).toBe(401)
    await quiet()

    expect(readItems()).toEqual([])
    const logged = JSON.stringify(await manager.logs())
    expect(logged).not.toContain('canary-guess')
    expect(await manager.metric('keyferry_event_requests_total', { result: 'denied' })).toBe(1)
  })
})

test('an event outlives a failure: it is acted upon once the Gateway answers', async () => {
  await synced('later')
  const { state } = world.akeyless
  state.putSecret(item('later'), 'later 2')
  state.fault({ kind: 'status', status: 503, path: '/get-secret-value', times: 1 })
  await endpoint.tell([item('later')])
  await eventually(
    'the event is acted upon',
    async () => (await world.secret('later'))?.['value'] === 'later 2',
    30_000,
  )
})
