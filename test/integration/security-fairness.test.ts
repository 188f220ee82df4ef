import { afterAll, beforeAll, expect, test } from 'vitest'
import { externalSecretKind } from '../../src/api/externalsecret.ts'
import { connect } from '../cluster/client.ts'
import { sharedCluster } from '../cluster/shared.ts'
import { startBlackHole } from '../fakes/loopback-server.ts'
import { eventually } from '../manager/eventually.ts'
import { type ManagerProcess, startManager } from '../manager/manager-process.ts'
import { newRoom, type Room } from '../manager/room.ts'
import { newWorld, type World } from '../manager/world.ts'

const cluster = sharedCluster()
const connection = connect(cluster)
const failing = 500
/** By how much one namespace that fails or waits may delay the first sync of another tenant. */
const delayMs = 1000

let world: World
let manager: ManagerProcess
/** How long a first sync takes here where nobody fails. */
let aloneMs: number

beforeAll(async () => {
  world = await newWorld(cluster)
  manager = await startManager(cluster, {
    token: world.managerToken,
    args: ['--controller-class', world.controllerClass],
    logLevel: 'info',
  })
  aloneMs = await firstSyncMs()
})

afterAll(async () => {
  await manager?.[Symbol.asyncDispose]()
  await world?.[Symbol.asyncDispose]()
  await connection[Symbol.asyncDispose]()
})

/** A namespace with 500 ExternalSecrets of which none can be synced, behind its own Gateway. */
async function noisyRoom(gatewayUrl: string, prepare = (_room: Room) => {}): Promise<Room> {
  const room = await newRoom(connection.client, world, 'noisy')
  prepare(room)
  await room.apply(room.store('akeyless', { akeylessGWApiURL: gatewayUrl }))
  const names = [...Array(failing).keys()]
  for (let at = 0; at < failing; at += 50) {
    const some = names.slice(at, at + 50)
    await Promise.all(some.map((it) => room.apply(noise(room, `noise-${it}`))))
  }
  return room
}

function noise(room: Room, name: string): object {
  const data = [{ secretKey: 'a', remoteRef: { key: room.item(`missing-${name}`) } }]
  return room.externalSecret(name, { refreshInterval: '5s', data })
}

async function tried(room: Room): Promise<number> {
  const { items } = await connection.client.list<{
    metadata: { name: string }
    status?: { conditions?: object[] }
  }>(externalSecretKind, { namespace: room.namespace, signal: AbortSignal.timeout(10_000) })
  return items.filter((it) => (it.status?.conditions?.length ?? 0) > 0).length
}

/** Milliseconds from the manifest of a tenant to his Secret. */
async function firstSyncMs(): Promise<number> {
  const room = await newRoom(connection.client, world, 'quiet')
  world.akeyless.state.secret(room.item('a'), { value: 'value' })
  await room.apply(room.store('akeyless'))
  const startedMs = performance.now()
  await room.apply(
    room.externalSecret('quiet', { data: [{ secretKey: 'a', remoteRef: { key: room.item('a') } }] }),
  )
  await eventually('the quiet tenant is served', () => room.isSynced('quiet'), 90_000)
  return Math.round(performance.now() - startedMs)
}

test('S42: 500 ExternalSecrets that find nothing delay no other tenant', { timeout: 120_000 }, async () => {
  const noisy = await noisyRoom(world.akeyless.url)
  const during = await firstSyncMs()
  await eventually('all have failed', async () => (await tried(noisy)) === failing, 60_000)
  const after = await firstSyncMs()
  console.log(JSON.stringify({ aloneMs, whileTheyFailFirstMs: during, whileTheyRetryMs: after }))

  expect(Math.max(during, after)).toBeLessThan(3 * (aloneMs + delayMs))
})

test('S42: 500 whose Gateway never answers delay no other tenant', { timeout: 120_000 }, async () => {
  await using hole = await startBlackHole()

  await noisyRoom(`http://127.0.0.1:${hole.port}`)
  const waits = [await firstSyncMs(), await firstSyncMs(), await firstSyncMs()]
  console.log(JSON.stringify({ besideASilentGatewayMs: waits }))

  expect(Math.max(...waits)).toBeLessThan(3 * (aloneMs + delayMs))
})

test('S42: nor do 500 whose Gateway logs them in and then answers no read', {
  timeout: 300_000,
}, async () => {
  const noisy = await noisyRoom(`http://localhost:${world.akeyless.port}`, (room) => {
    for (let it = 0; it < failing; it++)
      world.akeyless.state.fault({ kind: 'hang', name: room.item(`missing-noise-${it}`) })
  })
  const waits = [await firstSyncMs(), await firstSyncMs(), await firstSyncMs()]
  console.log(JSON.stringify({ besideSilentReadsMs: waits, failed: await tried(noisy) }))

  expect(Math.max(...waits)).toBeLessThan(3 * (aloneMs + delayMs))
})
