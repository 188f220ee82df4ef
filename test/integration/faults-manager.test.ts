import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { externalSecretKind } from '../../src/api/externalsecret.ts'
import { type Clock, systemClock } from '../../src/std/clock.ts'
import { connect } from '../cluster/client.ts'
import { sharedCluster } from '../cluster/shared.ts'
import { bind, newAccount } from '../manager/accounts.ts'
import { eventually } from '../manager/eventually.ts'
import { startInnerManager } from '../manager/inner-manager.ts'
import { newRoom, type Room } from '../manager/room.ts'
import { fakeStore } from '../manager/watched-changes.ts'
import { newWorld, type World } from '../manager/world.ts'

const cluster = sharedCluster()
const rbac = join(import.meta.dirname, '../../config/rbac/keyferry-external-secrets.yaml')
/** The promise is two seconds. */
const wokenMs = 3 * 2000
let world: World
let connection: ReturnType<typeof connect>

beforeAll(async () => {
  world = await newWorld(cluster)
  connection = connect(cluster)
})

afterAll(async () => {
  for (const it of [connection, world]) await it?.[Symbol.asyncDispose]()
})

async function furnished(names: readonly string[] = ['demand'], refreshInterval = '1h'): Promise<Room> {
  const room = await newRoom(connection.client, world)
  await room.apply(room.store('akeyless'))
  for (const name of names) {
    world.akeyless.state.secret(room.item(name), { value: 'one' })
    const data = [{ secretKey: 'value', remoteRef: { key: room.item(name) } }]
    await room.apply(room.externalSecret(name, { refreshInterval, data }))
  }
  return room
}

const scope = (...rooms: readonly Room[]) => rooms.flatMap((it) => ['--namespace', it.namespace])

function refresh(room: Room, name = 'demand', value = `${Date.now()}`): Promise<void> {
  return room.patch(externalSecretKind, name, { metadata: { annotations: { 'force-sync': value } } })
}

interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}

/** The product's own rights as two Roles: everything but writing Secrets, and writing Secrets. */
async function roles(namespace: string): Promise<readonly object[]> {
  const { rules } = parse(await readFile(rbac, 'utf8')) as { readonly rules: readonly Rule[] }
  const namespaced = rules.filter(
    (it) => !it.apiGroups.some((group) => /authentication|apiextensions/.test(group)),
  )
  const isWriting = ({ resources, verbs }: Rule) => resources.includes('secrets') && verbs.includes('patch')
  const reads = namespaced.flatMap((rule) =>
    isWriting(rule) ? [{ ...rule, verbs: ['get', 'list', 'watch'] }] : [rule],
  )
  const role = (name: string, of: readonly Rule[]) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { namespace, name },
    rules: of
      .map((it) => ({ ...it, resources: it.resources.filter((one) => !/^cluster|^namespaces$/.test(one)) }))
      .filter((it) => it.resources.length > 0),
  })
  return [role('all-but-writing', reads), role('writing', namespaced.filter(isWriting))]
}

test('F17: a right that is revoked in one namespace stops that one only, and works again when it is back', async () => {
  const [calm, struck] = [await furnished(), await furnished()]
  const token = await newAccount(world, 'limited', [])
  for (const { namespace } of [calm, struck]) {
    await world.apply(...(await roles(namespace)))
    for (const role of ['all-but-writing', 'writing'])
      await bind(world, 'limited', { role, namespace, kind: 'Role' })
  }
  const server = { url: cluster.server, caPem: cluster.caPem }
  await using manager = await startInnerManager(
    { ...world, managerToken: token },
    { server, args: scope(calm, struck) },
  )
  for (const room of [calm, struck]) await room.reason('demand', 'Synced')

  const binding = `${world.namespace}-limited-writing`
  await world.kubectl('-n', struck.namespace, 'delete', 'rolebinding', binding)
  for (const room of [calm, struck]) {
    world.akeyless.state.putSecret(room.item('demand'), 'two')
    await refresh(room)
  }
  await eventually('the calm one goes on', async () => (await calm.secret('demand'))?.['value'] === 'two')
  // A young manager does not yet believe a 403; a person sees its reason all the same.
  const shown = await struck.reason('demand', 'TargetRejected', 'LastSyncSucceeded')
  const told = shown.status?.conditions?.find((it) => it.type === 'LastSyncSucceeded')
  expect(told?.message).toContain('grant')
  expect(await struck.secret('demand')).toEqual({ value: 'one' })
  expect(
    await manager.metric('keyferry_sync_total', { controller: 'externalsecret', reason: 'TargetRejected' }),
  ).toBeGreaterThan(0)

  await bind(world, 'limited', { role: 'writing', namespace: struck.namespace, kind: 'Role' })
  await eventually(
    'the other one catches up',
    async () => (await struck.secret('demand'))?.['value'] === 'two',
    30_000,
  )
})

/** The machine's clock with a wall clock that a test sets. */
function jumpyClock(): Clock & { jump(ms: number): void } {
  let offsetMs = 0
  return { ...systemClock, now: () => systemClock.now() + offsetMs, jump: (ms) => void (offsetMs = ms) }
}

test('F26: whatever the wall clock jumps by, nobody refreshes because of it, and what is asked for is done', async () => {
  const names = Array.from({ length: 20 }, (_, index) => `demand-${index}`)
  const room = await furnished(names)
  const clock = jumpyClock()
  const server = { url: cluster.server, caPem: cluster.caPem }
  await using stack = new AsyncDisposableStack()
  stack.use(await startInnerManager(world, { server, clock, args: scope(room) }))
  for (const name of names) await room.reason(name, 'Synced')
  const hour = 3_600_000
  const read = () => new Set(world.akeyless.calls.of('/get-secret-value').flatMap((it) => it.names))
  for (const jumpMs of [hour, -hour, 10 * 365 * 24 * hour]) {
    await sleep(500)
    world.akeyless.calls.clear()
    clock.jump(jumpMs)
    await sleep(1000)
    expect(read()).toEqual(new Set())
    world.akeyless.state.putSecret(room.item('demand-0'), `after ${jumpMs}`)
    await refresh(room, 'demand-0')
    const isThere = async () => (await room.secret('demand-0'))?.['value'] === `after ${jumpMs}`
    await eventually(`a refresh works after a jump of ${jumpMs} ms`, isThere)
    expect(read()).toEqual(new Set([room.item('demand-0')]))
  }
})

/** Specs that nobody should write and that the API server takes, or not: both is fine. */
const oddSpecs: readonly object[] = [
  {},
  { data: [] },
  {
    data: Array.from({ length: 1000 }, (_, index) => ({ secretKey: `k${index}`, remoteRef: { key: '/a' } })),
  },
  { refreshInterval: '1e9h', data: [{ secretKey: 'a', remoteRef: { key: '/a' } }] },
  { refreshInterval: '-5m', data: [{ secretKey: 'a', remoteRef: { key: '/a' } }] },
  { refreshInterval: '∞', data: [{ secretKey: 'a', remoteRef: { key: '/a' } }] },
  { data: [{ secretKey: '__proto__', remoteRef: { key: '/a' } }] },
  { data: [{ secretKey: 'constructor', remoteRef: { key: '/a', property: '__proto__.polluted' } }] },
  { data: [{ secretKey: '😀', remoteRef: { key: '/a' } }] },
  { data: [{ secretKey: 'a', remoteRef: { key: '/'.repeat(2000) } }] },
  { data: [{ secretKey: 'a', remoteRef: { key: '/a', property: '#(a==b)#.@reverse.[{(' } }] },
  { dataFrom: [{ extract: { key: '/a' }, rewrite: [{ regexp: { source: '(a+)+$', target: '$9' } }] }] },
  { dataFrom: [{ extract: { key: '/a' }, rewrite: [{ regexp: { source: '((((', target: '' } }] }] },
  { dataFrom: [{ find: { name: { regexp: '(?=a)' } } }] },
  { dataFrom: [{ find: { tags: {} } }] },
  { target: { name: 'UPPER_case' }, data: [{ secretKey: 'a', remoteRef: { key: '/a' } }] },
  {
    target: { template: { data: { a: '{{ range $i, $_ := until 100000000 }}x{{ end }}' } } },
    dataFrom: [{ extract: { key: '/a' } }],
  },
  {
    target: {
      template: { data: { a: '{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}' } },
    },
    dataFrom: [{ extract: { key: '/a' } }],
  },
  {
    target: { template: { type: 'kubernetes.io/service-account-token', data: { a: 'b' } } },
    dataFrom: [{ extract: { key: '/a' } }],
  },
  { secretStoreRef: { name: '' } },
  {
    secretStoreRef: { name: 'no such store', kind: 'Nonsense' },
    data: [{ secretKey: 'a', remoteRef: { key: '/a' } }],
  },
]

test('F61: odd specs are refused or told of, each for itself, and stop nobody else', async () => {
  const room = await newRoom(connection.client, world)
  await room.apply(fakeStore(room, world, '{"a":"one"}'))
  const server = { url: cluster.server, caPem: cluster.caPem }
  await using manager = await startInnerManager(world, { server, args: scope(room) })
  const taken: string[] = []
  for (const [index, spec] of oddSpecs.entries()) {
    const name = `odd-${index}`
    const isTaken = await room.apply(room.externalSecret(name, spec, { name: 'fake' })).then(
      () => true,
      () => false,
    )
    if (isTaken) taken.push(name)
  }
  const good = { data: [{ secretKey: 'value', remoteRef: { key: '/a', property: 'a' } }] }
  await room.apply(room.externalSecret('good', good, { name: 'fake' }))

  await room.reason('good', 'Synced')
  expect(await room.secret('good')).toEqual({ value: 'one' })
  for (const name of taken) {
    const isTold = async () =>
      (await room.find(externalSecretKind, name))?.status?.conditions?.some((it) => it.type === 'Ready')
    await eventually(`${name} is told of`, isTold, 20_000)
  }
  console.log(JSON.stringify({ odd: oddSpecs.length, takenByTheApiServer: taken.length }))
  expect(await manager.metric('controller_runtime_reconcile_panics_total')).toBe(0)
  expect(manager.log.filter((it) => it.includes('this is a defect'))).toEqual([])
})

test.each(['after', 'before'])('F4: a store that changes %s a restart wakes what rests', async (when) => {
  const room = await newRoom(connection.client, world)
  const server = { url: cluster.server, caPem: cluster.caPem }
  const data = [{ secretKey: 'value', remoteRef: { key: '/a' } }]
  await room.apply(
    fakeStore(room, world, 'one'),
    room.externalSecret('demand', { refreshInterval: '0', data }, { name: 'fake' }),
  )
  const first = await startInnerManager(world, { server, args: scope(room) })
  await room.reason('demand', 'Synced')
  await first[Symbol.asyncDispose]()
  if (when === 'before') await room.apply(fakeStore(room, world, 'two'))
  await using stack = new AsyncDisposableStack()
  stack.use(await startInnerManager(world, { server, args: scope(room) }))
  await sleep(500)

  if (when === 'after') await room.apply(fakeStore(room, world, 'two'))
  await eventually(
    'the new value is there',
    async () => (await room.secret('demand'))?.['value'] === 'two',
    wokenMs,
  )
})
