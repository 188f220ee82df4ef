import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eachOf } from '../bench/load.ts'
import { connect } from '../cluster/client.ts'
import { sharedCluster } from '../cluster/shared.ts'
import type { FaultKind } from '../fakes/akeyless/faults.ts'
import { startAkeyless } from '../fakes/akeyless/stand-in.ts'
import { type Bundle, buildBundle } from '../manager/bundle.ts'
import { eventually } from '../manager/eventually.ts'
import { startManager } from '../manager/manager-process.ts'
import { followSteady, refresh } from '../manager/provider-faults.ts'
import { newRoom, type Room } from '../manager/room.ts'
import { peakRssMb } from '../manager/rss.ts'
import { takeTurn } from '../manager/turn.ts'
import { newWorld, type World } from '../manager/world.ts'

let bundle: Bundle

beforeAll(async () => {
  bundle = await buildBundle()
})
afterAll(() => bundle?.[Symbol.asyncDispose]())

const bytes = 256 * 1024 * 1024
const floods: Readonly<Record<string, FaultKind>> = {
  huge: { kind: 'huge', bytes },
  drip: { kind: 'drip' },
  bomb: { kind: 'gzipBomb', bytes },
}
const commands = ['/validate-token', '/auth', '/describe-item', '/get-secret-value', '/list-items']
/** Together many times as many as there are workers. */
const readersPerStore = 10
/** Read at a time by each, so that answers of one store alone could fill the memory. */
const keys = Array.from({ length: 20 }, (_, index) => index)
/** For so long many wait for a Gateway that answers nobody. */
const giveUpMs = 10_000
const pressedForMs = 30_000

/** A Gateway that answers one command with a flood, and many ExternalSecrets that call it at once. */
async function flood(world: World, room: Room, name: string, path: string, fault: FaultKind) {
  const { k8s } = world.akeyless.state
  const akeyless = await startAkeyless(k8s === undefined ? {} : { k8s })
  akeyless.state.k8sAuth({ accessId: 'p-app', config: 'test', boundServiceAccounts: ['app'] })
  akeyless.state.role({ accessId: 'p-app', rules: [{ path: '/*', capabilities: ['read', 'list'] }] })
  for (const it of keys) akeyless.state.secret(`/a${it}`, { value: 'a value' })
  const set = akeyless.state.fault({ ...fault, path })
  const spec = specThatCalls(path)
  const readers = Array.from({ length: readersPerStore }, (_, index) => `${name}-${index}`)
  await room.apply(room.store(name, { akeylessGWApiURL: akeyless.url }))
  const manifests = readers.map((it) => room.externalSecret(it, { refreshInterval: '1h', ...spec }, { name }))
  await room.apply(...manifests)
  return { name, akeyless, set, readers }
}

/** Tags are what an item is described for; values come in batches, after a list. */
function specThatCalls(path: string): object {
  if (path === '/list-items') return { dataFrom: [{ find: { name: { regexp: '^/a' } } }] }
  const isDescribed = path === '/describe-item'
  const more = isDescribed ? { metadataPolicy: 'Fetch' } : {}
  const read = isDescribed ? keys.slice(0, keys.length / 2) : keys
  return { data: read.map((it) => ({ secretKey: `key-${it}`, remoteRef: { key: `/a${it}`, ...more } })) }
}

type Flood = Awaited<ReturnType<typeof flood>>

test('Gateways that answer 256 MB, drip a byte a second or send gzip bombs leave the peak below 200 MB, and others are served', async () => {
  const cluster = sharedCluster()
  await using _ = await takeTurn(cluster)
  await using world = await newWorld(cluster)
  await using connection = connect(cluster)
  const { client } = connection
  const room = await newRoom(client, world, 'floods')
  const cases = Object.entries(floods).flatMap(([kind, fault]) =>
    commands.map((path) => [`${kind}-${path.slice(1)}`, path, fault] as const),
  )
  const all = await Promise.all(cases.map((it) => flood(world, room, ...it)))
  const gateways = all.map((it) => it.akeyless)
  await using manager = await startManager(cluster, {
    token: world.managerToken,
    entry: bundle.entry,
    logLevel: 'info',
    args: ['--controller-class', world.controllerClass],
  })

  const took = await followSteady({ client, world, room }, press(all, room), gateways)
  const peakMb = Math.round(await peakRssMb(manager.pid))
  const hits = Object.fromEntries(all.map((it) => [it.name, it.set.hits]))
  const steady = { rounds: took.length, slowestMs: Math.round(Math.max(...took)) }
  console.log(JSON.stringify({ floods: { peakMb, steady, hits } }))

  expect(Object.entries(hits).filter(([, count]) => count === 0)).toEqual([])
  expect(manager.isRunning()).toBe(true)
  expect(Math.max(...took)).toBeLessThan(3 * giveUpMs)
  await heal(all, room)
  expect(await peakRssMb(manager.pid)).toBeLessThan(200)
  for (const it of gateways) await it.stop()
})

/** Has everybody read again and again. */
async function press(all: readonly Flood[], room: Room): Promise<void> {
  const endsAtMs = Date.now() + pressedForMs
  while (Date.now() < endsAtMs) {
    await eachOf(readersPerStore, 4, async (index) => {
      for (const it of all) await refresh(room, it.readers[index] ?? '')
    })
    await sleep(500)
  }
}

/** The floods over, every store serves again. */
async function heal(all: readonly Flood[], room: Room): Promise<void> {
  for (const it of all) it.set.remove()
  await Promise.all(
    all.map(async ({ name, readers: [first = ''] }) => {
      await refresh(room, first)
      await eventually(`${name} is synced`, () => room.isSynced(first), 90_000)
    }),
  )
}
