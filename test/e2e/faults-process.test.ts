import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { externalSecretKind } from '../../src/api/externalsecret.ts'
import { connect } from '../cluster/client.ts'
import { sharedCluster } from '../cluster/shared.ts'
import { blackHole } from '../fakes/fault-proxy/fault.ts'
import { newAccount } from '../manager/accounts.ts'
import { isWrite, requestsOf } from '../manager/audit-log.ts'
import { type Bundle, buildBundle } from '../manager/bundle.ts'
import { eventually } from '../manager/eventually.ts'
import { violations } from '../manager/invariants.ts'
import { type Lane, newLane } from '../manager/lane.ts'
import { type ManagerOptions, type ManagerProcess, startManager } from '../manager/manager-process.ts'
import { newRoom, type Room } from '../manager/room.ts'
import { newWorld, type World } from '../manager/world.ts'

const cluster = sharedCluster()
const misbehave = import.meta.resolve('../manager/misbehave.ts')
/** 10 s of a lease that is not renewed, 15 s until others may take it, 2 s between their tries; times three. */
const takeoverMs = 3 * 20_000
let world: World
let connection: ReturnType<typeof connect>
let room: Room
let bundle: Bundle
let managers: ManagerProcess[] = []

beforeAll(async () => {
  world = await newWorld(cluster, { latencyMs: 20 })
  connection = connect(cluster)
  room = await newRoom(connection.client, world)
  bundle = await buildBundle()
  await room.apply(room.store('akeyless'))
})

afterEach(async () => {
  await Promise.all(managers.map((it) => it.end('SIGKILL')))
  managers = []
})

afterAll(async () => {
  for (const it of [bundle, connection, world]) await it?.[Symbol.asyncDispose]()
})

async function start(options: ManagerOptions = {}): Promise<ManagerProcess> {
  const args = ['--namespace', room.namespace, '--controller-class', world.controllerClass]
  const common = { entry: bundle.entry, token: world.managerToken, recordExitCode: true }
  const manager = await startManager(cluster, {
    ...common,
    ...options,
    args: [...args, ...(options.args ?? [])],
  })
  managers.push(manager)
  return manager
}

/** Has values read into Secrets of these names. */
async function ask(names: readonly string[], value: string, spec: object = {}): Promise<void> {
  for (const name of names) world.akeyless.state.secret(room.item(name), { value })
  const data = (name: string) => [{ secretKey: 'value', remoteRef: { key: room.item(name) } }]
  await room.apply(...names.map((name) => room.externalSecret(name, { data: data(name), ...spec })))
}

async function forget(names: readonly string[]): Promise<void> {
  for (const name of names) await room.remove(externalSecretKind, name)
}

async function hold(names: readonly string[], value: string, withinMs = 10_000): Promise<void> {
  const areThere = async () => {
    for (const name of names) if ((await room.secret(name))?.['value'] !== value) return false
    return true
  }
  await eventually(`${names.length} Secrets hold "${value}"`, areThere, withinMs)
}

async function eventsMade(sinceMs: number): Promise<number> {
  const requests = await requestsOf(cluster, `${world.namespace}:keyferry`)
  return requests.filter((it) => it.resource === 'events' && it.status === 201 && it.atMs >= sinceMs).length
}

const namesOf = (prefix: string, count: number) => Array.from({ length: count }, (_, it) => `${prefix}-${it}`)

test('F24: a leader that cannot renew its lease ends before another writes, which then goes on with its work', async () => {
  const lane: Lane = await newLane(cluster, world)
  const election = ['--leader-elect', '--leader-election-id', 'keyferry']
  const args = [...election, '--leader-election-namespace', world.namespace]
  const rights = [
    { role: 'keyferry-external-secrets' },
    { role: 'keyferry-leader-election', namespace: world.namespace },
  ]
  const [cut, heir] = [await newAccount(world, 'cut', rights), await newAccount(world, 'heir', rights)]
  await ask(['renewed'], 'one', { refreshInterval: '1s' })
  const first = await start({ args, token: cut, server: lane.server })
  await hold(['renewed'], 'one')
  const second = await start({ args, token: heir })

  lane.api.on((it) => it.path.includes('/leases/'), blackHole)
  const cutAtMs = Date.now()
  await eventually('the leader ends', () => !first.isRunning(), 3 * 11_000)
  const endedMs = Date.now() - cutAtMs
  world.akeyless.state.putSecret(room.item('renewed'), 'two')
  await hold(['renewed'], 'two', takeoverMs)
  const tookOverMs = Date.now() - cutAtMs
  console.log(JSON.stringify({ leaseCut: { endedMs, tookOverMs } }))

  expect(await first.exitCode()).toBe(1)
  expect(second.isRunning()).toBe(true)
  const requests = new Map([
    ['cut', await requestsOf(cluster, `${world.namespace}:cut`)],
    ['heir', await requestsOf(cluster, `${world.namespace}:heir`)],
  ])
  expect(violations({ requests, elected: true })).toEqual([])
  expect(requests.get('heir')?.filter(isWrite).length).toBeGreaterThan(0)
  await lane[Symbol.asyncDispose]()
  await forget(['renewed'])
})

test('F27: a manager that is asked to stop in the middle of its work ends with 0, and leaves nothing half done', async () => {
  const names = namesOf('stopped', 60)
  const first = await start()
  const asking = ask(names, 'one')
  await eventually('values are being read', () => world.akeyless.calls.count('/get-secret-value') > 0)
  const askedAtMs = Date.now()
  first.signal('SIGTERM')
  await first.exited
  const stoppedMs = Date.now() - askedAtMs
  console.log(JSON.stringify({ stoppedMs }))
  await asking

  expect(await first.exitCode()).toBe(0)
  expect(stoppedMs).toBeLessThan(30_000)
  await start()
  await hold(names, 'one', 30_000)
  await forget(names)
})

test('F28: errors that nobody handles are logged once and end the process with 1', async () => {
  const manager = await start({ nodeArgs: ['--import', misbehave] })
  await ask(['crashed'], 'one')
  await hold(['crashed'], 'one')

  manager.signal('SIGUSR2')
  await eventually('it ends', () => !manager.isRunning())

  expect(await manager.exitCode()).toBe(1)
  const told = (await manager.logs()).filter((it) => it['level'] === 'fatal')
  expect(told.map((it) => it['origin'])).toEqual(['unhandledRejection'])
  await forget(['crashed'])
})

test('F31: a manager that may write no file works, and so do its templates', async () => {
  const quietly = '--disable-warning=SecurityWarning'
  const permissions = ['--permission', '--allow-fs-read=*', '--allow-worker', quietly]
  const manager = await start({ nodeArgs: permissions, recordExitCode: false })
  const template = { data: { value: 'rendered {{ .value }}' } }
  await ask(['readonly'], 'one', { target: { template } })

  await hold(['readonly'], 'rendered one')
  const complaints = (await manager.logs()).filter((it) => /ERR_ACCESS_DENIED|EROFS/.test(JSON.stringify(it)))
  expect(complaints).toEqual([])
  await forget(['readonly'])
})

test('I2: a manager with nothing to do writes nothing for 10 s', async () => {
  const names = namesOf('idle', 20)
  await start()
  const sinceMs = Date.now()
  await ask(names, 'one')
  await hold(names, 'one')
  // An Event comes last, and gives way to what is busy for as long as 5 s.
  await eventually('all is told', async () => (await eventsMade(sinceMs)) >= names.length)
  await sleep(2000)
  const fromMs = Date.now()
  await sleep(10_000)
  const idle = [{ fromMs, toMs: Date.now() }]
  const requests = new Map([['keyferry', await requestsOf(cluster, `${world.namespace}:keyferry`)]])

  expect(violations({ requests, idle })).toEqual([])
  await forget(names)
})
