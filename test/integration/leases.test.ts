import { execFile } from 'node:child_process'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { sharedCluster } from '../cluster/shared.ts'
import { missingPostgres, type Postgres, startPostgres } from '../fakes/postgres/postgres.ts'
import { bind } from '../manager/accounts.ts'
import { eventually } from '../manager/eventually.ts'
import { type Lane, newLane } from '../manager/lane.ts'
import { type ManagerProcess, startManager } from '../manager/manager-process.ts'
import { newWorld, type Seen, type World } from '../manager/world.ts'

interface Lease {
  readonly item: string
  readonly id?: string
  readonly state: string
  readonly expiresAt?: string
}
type Leased = Seen & { readonly status?: { readonly leases?: readonly Lease[] } }

// Commands and managers are started one after the other, on a machine that does much else.
vi.setConfig({ testTimeout: 180_000 })

const cluster = sharedCluster()
const missing = await missingPostgres()
let world: World
let postgres: Postgres
let lane: Lane
let manager: ManagerProcess
let count = 0
let name = ''

beforeAll(async () => {
  if (missing !== undefined) return
  world = await newWorld(cluster, {
    guesses: { extendRight: 'read', revokeRight: 'read', foreignLease: 'allowed' },
  })
  postgres = await startPostgres()
  lane = await newLane(cluster, world)
  await world.apply(world.store('akeyless', { akeylessGWApiURL: lane.gateway.url }))
  manager = await start()
})

beforeEach(() => {
  name = `db-${++count}`
})

afterAll(async () => {
  await manager?.[Symbol.asyncDispose]()
  await lane?.[Symbol.asyncDispose]()
  await world?.[Symbol.asyncDispose]()
  await postgres?.stop()
})

const start = (...args: readonly string[]) =>
  startManager(cluster, {
    token: world.managerToken,
    args: ['--controllers', 'external-secrets', '--controller-class', world.controllerClass, ...args],
  })
const item = () => `/${world.namespace}/${name}`
const run = (...args: string[]) => world.kubectl('-n', world.namespace, ...args)
const seen = () => world.get('externalsecret', name) as Promise<Leased>
const users = async () => (await postgres.users()).filter((it) => ids().has(it))
/** Of this test: others have users in the same database. */
const ids = () => new Set(world.akeyless.state.leases.of(item()).map((it) => it.user))
const data = () => [
  { secretKey: 'user', remoteRef: { key: item(), property: 'user' } },
  { secretKey: 'password', remoteRef: { key: item(), property: 'password' } },
]

/** Applies an ExternalSecret of a dynamic item and waits until its lease is active. */
async function leased(spec: object = {}, ttlMs = 600_000): Promise<Lease> {
  world.akeyless.state.dynamic(item(), { database: postgres, ttlMs })
  await world.apply(world.externalSecret(name, { data: data(), ...spec }))
  return active()
}

function active(but?: string): Promise<Lease> {
  return eventually(
    'a lease is active',
    async () => {
      const { leases = [] } = (await seen()).status ?? {}
      return leases.find((it) => it.state === 'Active' && it.id !== but)
    },
    30_000,
  )
}

/** Runs the command as people do. */
function keyferry(...argv: readonly string[]): Promise<{ code: number | string; stdout: string }> {
  const args = ['src/main.ts', ...argv, '--kubeconfig', cluster.kubeconfigFile]
  return new Promise((resolve) => {
    execFile(process.execPath, args, { timeout: 120_000 }, (error, stdout) =>
      resolve({ code: error === null ? 0 : (error.code ?? 'killed'), stdout }),
    )
  })
}

/** What was applied has been acted upon. */
async function actedUpon(): Promise<void> {
  await eventually(
    'the spec was acted upon',
    async () => {
      const { metadata, status } = await seen()
      return status?.observedGeneration === metadata.generation
    },
    30_000,
  )
}

async function logsIn(): Promise<boolean> {
  const { user = '', password = '' } = (await world.secret(name)) ?? {}
  return postgres.canLogIn(user, password)
}

test.skipIf(missing !== undefined)(
  'one user is made, and refreshes, other specs and a restart make none',
  async () => {
    const lease = await leased({ refreshInterval: '1s' })
    expect(await logsIn()).toBe(true)
    await run('annotate', 'externalsecret', name, 'force-sync=1')
    await eventually(
      'it was refreshed',
      async () => (await seen()).status?.lastHandledForceSync === '1',
      30_000,
    )
    world.akeyless.state.secret(`${item()}-static`, { value: 'x' })
    const more = { secretKey: 'static', remoteRef: { key: `${item()}-static` } }
    await world.apply(world.externalSecret(name, { refreshInterval: '1h', data: [...data(), more] }))
    await eventually(
      'the other key is there',
      async () => (await world.secret(name))?.['static'] === 'x',
      30_000,
    )
    await manager.end('SIGTERM')
    manager = await start()
    await world.apply(world.externalSecret(name, { refreshInterval: '2h', data: [...data(), more] }))
    await actedUpon()

    expect((await active()).id).toBe(lease.id)
    expect(await users()).toHaveLength(1)
    expect(world.akeyless.state.leases.of(item())).toHaveLength(1)
    expect(await logsIn()).toBe(true)
  },
)

test.skipIf(missing !== undefined)('another leader goes on with the same user', async () => {
  await manager.end('SIGTERM')
  await bind(world, 'keyferry', { role: 'keyferry-leader-election', namespace: world.namespace })
  const election = [
    '--leader-elect',
    '--leader-election-id',
    'keyferry',
    '--leader-election-namespace',
    world.namespace,
  ]
  await using first = await start(...election)
  await using second = await start(...election)
  const lease = await leased({ refreshInterval: '1s' })
  await first.end('SIGTERM')
  const before = (await seen()).status?.refreshTime
  await eventually(
    'the other one refreshes',
    async () => (await seen()).status?.refreshTime !== before,
    60_000,
  )

  expect((await active()).id).toBe(lease.id)
  expect(await users()).toHaveLength(1)
  expect(await logsIn()).toBe(true)
  await second.end('SIGTERM')
  manager = await start()
})

test.skipIf(missing !== undefined)(
  'a Secret that was deleted, and one that was altered, cost one user each',
  async () => {
    const first = await leased()
    await run('delete', 'secret', name)
    const second = await active(first.id)
    await eventually('it logs in', logsIn)
    expect(await users()).toHaveLength(2)
    await run('patch', 'secret', name, '--type=merge', '-p', '{"data":{"password":"eA=="}}')
    await eventually(
      'a third one is active',
      async () => ![first.id, second.id].includes((await active()).id),
    )
    await eventually('it logs in', logsIn)

    expect(await users()).toHaveLength(3)
    expect((await seen()).status?.leases?.map((it) => it.state)).toEqual(['Expiring', 'Expiring', 'Active'])
    await run('delete', 'externalsecret', name, '--timeout=60s')
    expect(await users()).toEqual([])
  },
)

test.skipIf(missing !== undefined)(
  'what the spec does not name any more, and what is deleted, has no user',
  async () => {
    await leased()
    expect((await seen()).metadata.finalizers).toEqual(['keyferry.io/leases'])
    world.akeyless.state.secret(`${item()}-static`, { value: 'x' })
    const spec = { data: [{ secretKey: 'static', remoteRef: { key: `${item()}-static` } }] }
    await world.apply(world.externalSecret(name, spec))
    await eventually('the user is gone', async () => (await users()).length === 0, 30_000)
    await eventually('the finalizer is gone', async () => (await seen()).metadata.finalizers === undefined)
    expect(await world.secret(name)).toEqual({ static: 'x' })
    await run('delete', 'externalsecret', name, '--timeout=60s')
  },
)

test.skipIf(missing !== undefined)(
  'a lease is extended in time, and a Gateway that was away changes nothing',
  async () => {
    const lease = await leased({ refreshInterval: '0' }, 45_000)
    const from = Date.parse(lease.expiresAt ?? '')
    await lane.gateway.refuse()
    lane.gateway.resetAll()
    await eventually(
      'its extension fails',
      async () => {
        const { items } = JSON.parse(await run('get', 'events.events.k8s.io', '-o', 'json')) as {
          items: { action: string; regarding: { name: string } }[]
        }
        return items.some((it) => it.action === 'LeaseNotExtended' && it.regarding.name === name)
      },
      60_000,
    )
    expect((await seen()).status?.conditions?.find((it) => it.type === 'Ready')?.status).toBe('True')
    await lane.gateway.accept()
    await eventually(
      'it was extended',
      async () => Date.parse((await active()).expiresAt ?? '') > from,
      30_000,
    )

    expect((await active()).id).toBe(lease.id)
    expect(await users()).toHaveLength(1)
    expect(await logsIn()).toBe(true)
  },
)

test.skipIf(missing !== undefined)(
  'what a user logs in by may go before the ExternalSecret, as in a namespace that is deleted',
  async () => {
    await run('create', 'serviceaccount', 'going')
    const { state } = world.akeyless
    state.k8sAuth({ accessId: 'p-going', config: 'test', boundServiceAccounts: ['going'] })
    const rules = [{ path: `/${world.namespace}/*`, capabilities: ['read', 'list'] as const }]
    state.role({ accessId: 'p-going', rules })
    const kubernetesAuth = { accessID: 'p-going', k8sConfName: 'test', serviceAccountRef: { name: 'going' } }
    const authSecretRef = { kubernetesAuth }
    await world.apply(world.store('going', { akeylessGWApiURL: lane.gateway.url, authSecretRef }))
    await leased({ secretStoreRef: { name: 'going' } })
    expect(await users()).toHaveLength(1)
    await run('delete', 'serviceaccount', 'going')
    await run('delete', 'secretstore', 'going')
    await run('delete', 'externalsecret', name, '--timeout=60s')

    expect(await users()).toEqual([])
  },
)

test.skipIf(missing !== undefined)(
  'keyferry release has leases revoked, or says which ones live on',
  async () => {
    await leased()
    const release = (...args: string[]) => keyferry('release', '--namespace', world.namespace, ...args)
    const first = await release('--revoke')
    expect(first).toMatchObject({ code: 0 })
    expect(first.stdout).toContain('0 leases live on')
    expect(await users()).toEqual([])
    expect((await seen()).status?.leases).toBeUndefined()
    expect((await seen()).metadata.finalizers).toBeUndefined()

    await run('annotate', 'externalsecret', name, 'keyferry.io/release-')
    await manager.end('SIGTERM')
    manager = await start()
    const { id } = await active()
    await manager.end('SIGTERM')
    const second = await release()
    expect(second).toMatchObject({ code: 0 })
    expect(second.stdout).toContain(`lease ${id} lives until`)
    await run('delete', 'externalsecret', name, '--timeout=20s')
    expect(await release()).toMatchObject({
      code: 0,
      stdout: 'No ExternalSecret has a finalizer of Keyferry.\n',
    })
    manager = await start()
  },
)
