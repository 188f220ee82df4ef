import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { sharedCluster } from '../cluster/shared.ts'
import { newAccount } from '../manager/accounts.ts'
import { isWrite, requestsOf } from '../manager/audit-log.ts'
import { eventually } from '../manager/eventually.ts'
import { type ManagerProcess, startManager } from '../manager/manager-process.ts'
import { newWorld, type World } from '../manager/world.ts'

/** A whole manager with an identity of its own, so that the audit log tells it from its twin. */
interface Replica {
  readonly account: 'first' | 'second'
  readonly manager: ManagerProcess
}

const cluster = sharedCluster()
/** The only name that the role of config/rbac may read and patch. */
const leaseName = 'keyferry'
const leaseMs = 15_000
// Promises of the product, asserted at three times their value; the figures are printed.
const deathNoticedMs = 3 * 20_000
const releaseNoticedMs = 3 * 3000
let world: World
let tokens: Record<Replica['account'], string>
let replicas: Replica[] = []

beforeAll(async () => {
  world = await newWorld(cluster)
  const token = (name: string) =>
    newAccount(world, name, [
      { role: 'keyferry-external-secrets' },
      { role: 'keyferry-leader-election', namespace: world.namespace },
    ])
  tokens = { first: await token('first'), second: await token('second') }
  await world.apply(world.store('akeyless'))
})

afterEach(async () => {
  await Promise.all(replicas.map((it) => it.manager.end('SIGKILL')))
  replicas = []
  await world.kubectl('delete', 'lease', leaseName, '-n', world.namespace, '--ignore-not-found')
})

afterAll(() => world?.[Symbol.asyncDispose]())

async function startReplica(account: Replica['account']): Promise<Replica> {
  const election = ['--leader-elect', '--leader-election-id', leaseName]
  const scope = ['--leader-election-namespace', world.namespace, '--controller-class', world.controllerClass]
  const manager = await startManager(cluster, {
    token: tokens[account],
    args: [...election, ...scope],
    recordExitCode: true,
  })
  replicas.push({ account, manager })
  return { account, manager }
}

async function leads({ manager }: Replica): Promise<boolean> {
  return (await manager.metric('leader_election_master_status', { name: leaseName })) === 1
}

async function leaderAndWaiter(): Promise<{ leader: Replica; waiter: Replica }> {
  const leader = await startReplica('first')
  await eventually('the first replica leads', () => leads(leader))
  const waiter = await startReplica('second')
  expect(await leads(waiter)).toBe(false)
  return { leader, waiter }
}

/** Milliseconds from `sinceMs` until the replica leads. */
async function takeover(replica: Replica, sinceMs: number, withinMs: number): Promise<number> {
  await eventually(`${replica.account} leads`, () => leads(replica), withinMs)
  return Date.now() - sinceMs
}

async function writesOf({ account }: Replica, sinceMs = 0) {
  const requests = await requestsOf(cluster, `${world.namespace}:${account}`)
  return requests.filter((it) => isWrite(it) && it.atMs >= sinceMs)
}

const item = (name: string) => `/${world.namespace}/${name}`

/** Applies an ExternalSecret of one value that is read again every second. */
async function ask(name: string, value: string): Promise<void> {
  world.akeyless.state.secret(item(name), { value })
  const data = [{ secretKey: 'value', remoteRef: { key: item(name) } }]
  await world.apply(world.externalSecret(name, { refreshInterval: '1s', data }))
}

async function holds(name: string, value: string, withinMs = 10_000): Promise<void> {
  const isThere = async () => (await world.secret(name))?.['value'] === value
  await eventually(`Secret ${name} holds "${value}"`, isThere, withinMs)
}

test('F24: of two managers one leads, and the other one writes nothing and asks no provider while it waits', async () => {
  const { leader, waiter } = await leaderAndWaiter()

  await ask('one-writer', 'one')
  await holds('one-writer', 'one')
  await sleep(3000)

  expect([await leads(leader), await leads(waiter)]).toEqual([true, false])
  expect(await writesOf(waiter)).toEqual([])
  expect(await waiter.manager.metric('keyferry_provider_calls_total')).toBe(0)
  expect((await writesOf(leader)).map((it) => it.resource)).toContain('secrets')
})

test('F24: after the leader is killed the other one leads within 20 s and syncs what came meanwhile', async () => {
  const { leader, waiter } = await leaderAndWaiter()
  await ask('before-death', 'one')
  await holds('before-death', 'one')

  const killedAtMs = Date.now()
  await leader.manager.end('SIGKILL')
  world.akeyless.state.putSecret(item('before-death'), 'two')
  await ask('after-death', 'one')
  const tookMs = await takeover(waiter, killedAtMs, deathNoticedMs)
  console.log(JSON.stringify({ takeoverAfterSigkillMs: tookMs }))

  await holds('after-death', 'one')
  await holds('before-death', 'two')
  expect(waiter.manager.isRunning()).toBe(true)
})

test('F27: a leader that is asked to stop gives the lease away within 3 s', async () => {
  const { leader, waiter } = await leaderAndWaiter()

  const askedAtMs = Date.now()
  leader.manager.signal('SIGTERM')
  const tookMs = await takeover(waiter, askedAtMs, releaseNoticedMs)
  await leader.manager.exited
  console.log(JSON.stringify({ takeoverAfterSigtermMs: tookMs }))

  expect(await leader.manager.exitCode()).toBe(0)
  await ask('after-release', 'one')
  await holds('after-release', 'one')
})

test('F25: a leader that was frozen past its lease writes nothing more when it goes on, and exits', async () => {
  const { leader, waiter } = await leaderAndWaiter()
  const names = Array.from({ length: 20 }, (_, index) => `frozen-${index}`)
  for (const name of names) await ask(name, 'one')
  await Promise.all(names.map((name) => holds(name, 'one')))

  const frozenAtMs = Date.now()
  leader.manager.signal('SIGSTOP')
  for (const name of names) world.akeyless.state.putSecret(item(name), 'two')
  const tookMs = await takeover(waiter, frozenAtMs, deathNoticedMs)
  await Promise.all(names.map((name) => holds(name, 'two')))
  await sleep(Math.max(0, frozenAtMs + leaseMs + 5000 - Date.now()))
  const thawedAtMs = Date.now()
  leader.manager.signal('SIGCONT')
  await eventually('the frozen leader ends', () => !leader.manager.isRunning())
  const endedMs = Date.now() - thawedAtMs
  console.log(JSON.stringify({ takeoverAfterSigstopMs: tookMs, endedAfterSigcontMs: endedMs }))

  expect(await leader.manager.exitCode()).toBe(1)
  await sleep(2000)
  expect(await writesOf(leader, thawedAtMs)).toEqual([])
  expect(await leads(waiter)).toBe(true)
  for (const name of names) expect(await world.secret(name)).toEqual({ value: 'two' })
})
