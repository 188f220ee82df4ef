import { afterAll, beforeAll, expect, test } from 'vitest'
import { sharedCluster } from '../cluster/shared.ts'
import { strike } from '../fakes/fault-proxy/fault.ts'
import type { ProxiedRequest } from '../fakes/fault-proxy/proxied-request.ts'
import { missingPostgres, type Postgres, startPostgres } from '../fakes/postgres/postgres.ts'
import { type Bundle, buildBundle } from '../manager/bundle.ts'
import { eventually } from '../manager/eventually.ts'
import { type Lane, newLane } from '../manager/lane.ts'
import { type ManagerProcess, startManager } from '../manager/manager-process.ts'
import { newWorld, type Seen, type World } from '../manager/world.ts'

type Leased = Seen & {
  readonly status?: { readonly leases?: readonly { readonly id?: string; readonly state: string }[] }
}

const cluster = sharedCluster()
const missing = await missingPostgres()
const withinMs = 45_000
const ttlMs = 600_000
/** So that its extension comes soon. */
const shortTtlMs = 9000
let world: World
let postgres: Postgres
let lane: Lane
let bundle: Bundle
let count = 0

beforeAll(async () => {
  if (missing !== undefined) return
  const guesses = { extendRight: 'read', revokeRight: 'read', foreignLease: 'allowed' } as const
  world = await newWorld(cluster, { guesses })
  postgres = await startPostgres()
  lane = await newLane(cluster, world)
  bundle = await buildBundle()
  await world.apply(world.store('akeyless', { akeylessGWApiURL: lane.gateway.url }))
})

afterAll(async () => {
  for (const it of [lane, bundle, world]) await it?.[Symbol.asyncDispose]()
  await postgres?.stop()
})

interface Moment {
  readonly side: 'api' | 'gateway'
  /** What the path of the call holds. */
  readonly call: string
  readonly method: string
  /** Which of such calls, from 0. */
  readonly nth: number
  /** While the ExternalSecret is made, when its lease is to be extended, or while it is deleted. */
  readonly scene: 'made' | 'extended' | 'deleted'
}

const gateway = (call: string, scene: Moment['scene']): Moment => ({
  side: 'gateway',
  call,
  method: 'POST',
  nth: 0,
  scene,
})
const patch = (call: string, nth: number, scene: Moment['scene']): Moment => ({
  side: 'api',
  call,
  method: 'PATCH',
  nth,
  scene,
})

const moments = [
  gateway('get-dynamic-secret-value', 'made'),
  gateway('tmp-creds-update', 'extended'),
  gateway('tmp-creds-delete', 'deleted'),
  patch('/externalsecrets/NAME?', 0, 'made'),
  patch('/externalsecrets/NAME/status', 0, 'made'),
  patch('/externalsecrets/NAME/status', 1, 'made'),
  patch('/externalsecrets/NAME/status', 2, 'made'),
  patch('/secrets/NAME', 0, 'made'),
  patch('/externalsecrets/NAME?', 0, 'deleted'),
].flatMap((moment) => (['before', 'after'] as const).map((when) => ({ ...moment, when })))

test.skipIf(missing !== undefined).each(moments)(
  'a manager that is killed $when $method $call #$nth, while it is $scene, leaves at most one user that no lease is for',
  async (moment) => {
    const name = `kill-${++count}`
    const item = `/${world.namespace}/${name}`
    const life = moment.scene === 'extended' ? shortTtlMs : ttlMs
    world.akeyless.state.dynamic(item, { database: postgres, ttlMs: life })
    const victim = await killedAt(moment, name, item)
    await using successor = await start(true)
    if (moment.scene !== 'deleted') await leasesEqualUsers(name, item)
    await world.kubectl(
      '-n',
      world.namespace,
      'delete',
      'externalsecret',
      name,
      '--ignore-not-found',
      '--timeout=60s',
    )
    const unknown = await usersOf(item)
    expect(unknown.length).toBeLessThanOrEqual(1)
    world.akeyless.state.advance(ttlMs)
    await world.akeyless.state.leases.settled()

    expect(await postgres.users()).toEqual([])
    expect(victim.isRunning()).toBe(false)
    await successor.end('SIGKILL')
  },
)

/** The users of one item that the database has. */
async function usersOf(item: string): Promise<readonly string[]> {
  const made = new Set(world.akeyless.state.leases.of(item).map((it) => it.user))
  return (await postgres.users()).filter((it) => made.has(it))
}

/** What the successor leaves: one living lease that logs in, and at most one user more than leases. */
async function leasesEqualUsers(name: string, item: string): Promise<void> {
  const leases = await eventually(
    'the Secret holds a living lease',
    async () => {
      const { status }: Leased = await world.get('externalsecret', name)
      const { user = '', password = '' } = (await world.secret(name)) ?? {}
      const isActive = status?.leases?.some((it) => it.state === 'Active') === true
      return isActive && (await postgres.canLogIn(user, password)) && status?.leases
    },
    withinMs,
  )
  const users = await usersOf(item)
  expect(users.length).toBeLessThanOrEqual(leases.length + 1)
  expect(users.length).toBeGreaterThanOrEqual(1)
}

/** A manager that dies at this moment of the life of an ExternalSecret. */
async function killedAt(
  moment: Moment & { readonly when: 'before' | 'after' },
  name: string,
  item: string,
): Promise<ManagerProcess> {
  const { side, scene, when } = moment
  const manager = await start(true)
  const data = ['user', 'password'].map((property) => ({
    secretKey: property,
    remoteRef: { key: item, property },
  }))
  const manifest = world.externalSecret(name, { data })
  if (scene === 'deleted') {
    await world.apply(manifest)
    await leasesEqualUsers(name, item)
    await lane.quiet(200)
  }
  let isDead = false
  const die = async () => {
    await manager.end('SIGKILL')
    isDead = true
  }
  const remove = lane[side].on((it) => isIt(it, moment, name), strike(when, die), {
    skip: moment.nth,
    times: 1,
  })
  if (scene !== 'deleted') await world.apply(manifest)
  else await world.kubectl('-n', world.namespace, 'delete', 'externalsecret', name, '--wait=false')
  await eventually('the moment comes', () => isDead, withinMs)
  remove()
  return manager
}

function isIt({ method, path }: ProxiedRequest, moment: Moment, name: string): boolean {
  return method === moment.method && path.includes(moment.call.replace('NAME', name))
}

function start(awaitReady: boolean): Promise<ManagerProcess> {
  const scope = ['--controllers', 'external-secrets', '--controller-class', world.controllerClass]
  return startManager(cluster, {
    entry: bundle.entry,
    args: scope,
    token: world.managerToken,
    server: lane.server,
    awaitReady,
  })
}
