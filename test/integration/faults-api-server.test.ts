import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { externalSecretKind } from '../../src/api/externalsecret.ts'
import { sharedCluster } from '../cluster/shared.ts'
import { answer, delay, type Fault, pass, reset } from '../fakes/fault-proxy/fault.ts'
import type { ProxiedRequest } from '../fakes/fault-proxy/proxied-request.ts'
import { eventually } from '../manager/eventually.ts'
import { type FaultBench, startFaultBench } from '../manager/fault-bench.ts'
import { violations } from '../manager/invariants.ts'
import type { Room } from '../manager/room.ts'
import type { SecretRevision } from '../manager/secret-history.ts'

const cluster = sharedCluster()
/** The first attempt after a failure comes 4 to 6 s later, the second 10 s after that. */
const healsWithinMs = 20_000
const rooms: Room[] = []
let bench: FaultBench

beforeAll(async () => {
  bench = await startFaultBench(cluster)
})

afterAll(() => bench?.[Symbol.asyncDispose]())

/** Two items in a store of Akeyless, and what reads them. */
async function furnished(name = 'demand'): Promise<Room> {
  const room = await bench.newRoom()
  rooms.push(room)
  give(room, 'one')
  await room.apply(room.store('akeyless'))
  await demand(room, name)
  return room
}

function give(room: Room, value: string): void {
  const { state } = bench.world.akeyless
  for (const key of ['user', 'password']) {
    if (state.items.get(room.item(key)) === undefined)
      state.secret(room.item(key), { value: `${key} ${value}` })
    else state.putSecret(room.item(key), `${key} ${value}`)
  }
}

const valuesOf = (value: string) => ({ user: `user ${value}`, password: `password ${value}` })

async function demand(room: Room, name: string, target = 'target'): Promise<void> {
  const data = ['user', 'password'].map((key) => ({ secretKey: key, remoteRef: { key: room.item(key) } }))
  await room.apply(room.externalSecret(name, { target: { name: target }, data }))
}

function refresh(room: Room, value = 'again'): Promise<void> {
  return room.patch(externalSecretKind, 'demand', { metadata: { annotations: { 'force-sync': value } } })
}

/** Every state of every Secret of a room that has a target. */
async function revisionsIn({ namespace }: Room): Promise<readonly SecretRevision[]> {
  await bench.history.reachNow(namespace, 'target')
  return bench.history.of(namespace)
}

type Matcher = (request: ProxiedRequest, room: Room) => boolean
const isAt =
  (method: string, ending: string): Matcher =>
  ({ method: used, path }, { namespace }) =>
    used === method && path.includes(`/${namespace}/`) && path.split('?')[0]?.endsWith(ending) === true

const secretWrite = isAt('PATCH', '/secrets/target')
const statusWrite = isAt('PATCH', '/externalsecrets/demand/status')
const tokenRequest = isAt('POST', '/serviceaccounts/app/token')
const eventWrite = isAt('POST', '/events')

const faults: readonly (readonly [string, string, Fault])[] = [
  ['F8', 'a conflict', answer(409)],
  ['F13', 'a 429 that asks for a second', answer(429, { 'retry-after': '1' })],
  ['F14', 'a 500', answer(500)],
  ['F14', 'a 503', answer(503)],
  ['F14', 'a 504', answer(504)],
  ['F15', 'a reset before the API server hears of it', reset('before')],
  ['F14', 'an answer that is lost', reset('after')],
]

const steps: readonly (readonly [string, Matcher])[] = [
  ['the write of the Secret', secretWrite],
  ['the write of the status', statusWrite],
  ['the request for a token', tokenRequest],
  ['the Event', eventWrite],
]

/** Has every request looked at, and left alone. */
function watchRequests(look: (request: ProxiedRequest) => unknown): void {
  bench.proxy.on((request) => {
    look(request)
    return false
  }, pass)
}

async function warningsOf({ namespace }: Room): Promise<string> {
  return bench.world.kubectl(
    '-n',
    namespace,
    'get',
    'events',
    '--field-selector',
    'type=Warning',
    '-o',
    'name',
  )
}

for (const [row, what, fault] of faults) {
  for (const [step, isIt] of steps) {
    test.concurrent(`${row}: ${what} at ${step} of a first sync costs no second Secret and no update`, async () => {
      const room = await bench.newRoom()
      rooms.push(room)
      let met = 0
      const isHere = (request: ProxiedRequest) => isIt(request, room) && (met += 1) > 0
      bench.proxy.on(isHere, fault, { times: 1 })
      give(room, 'one')
      await room.apply(room.store('akeyless'))
      await demand(room, 'demand')

      await room.reason('demand', 'Synced', 'Ready', healsWithinMs)
      // Nobody waits for an Event: it may be sent after the status.
      await eventually('it is met', () => met > 0)
      expect((await revisionsIn(room)).map((it) => [it.type, it.data])).toEqual([['ADDED', valuesOf('one')]])
      const isSilent = row === 'F8' && (isIt === secretWrite || isIt === statusWrite)
      expect(isSilent ? await warningsOf(room) : '').toBe('')
    })
  }

  test.concurrent(`${row}: ${what} at an update of the Secret is one update`, async () => {
    const room = await furnished()
    await room.reason('demand', 'Synced')
    let met = 0
    const isHere = (request: ProxiedRequest) => secretWrite(request, room) && (met += 1) > 0
    bench.proxy.on(isHere, fault, { times: 1 })
    give(room, 'two')
    await refresh(room)

    const isThere = async () => (await room.secret('target'))?.['user'] === 'user two'
    await eventually('the update comes through', isThere, healsWithinMs)
    await room.reason('demand', 'Synced', 'LastSyncSucceeded', healsWithinMs)
    expect((await revisionsIn(room)).map((it) => it.type)).toEqual(['ADDED', 'MODIFIED'])
    expect(met).toBe(1)
    expect(row === 'F8' ? await warningsOf(room) : '').toBe('')
  })
}

test.concurrent('F8: a conflict that stays is told as what may pass, and retried with a growing rest', async () => {
  const room = await furnished()
  await room.reason('demand', 'Synced')
  let met = 0
  const remove = bench.proxy.on((request) => secretWrite(request, room) && (met += 1) > 0, answer(409))
  give(room, 'two')
  await refresh(room)

  const shown = await room.reason('demand', 'APIServerError', 'LastSyncSucceeded')
  expect(shown.status?.conditions).not.toContainEqual(expect.objectContaining({ type: 'Stalled' }))
  expect(await room.secret('target')).toEqual(valuesOf('one'))
  expect(met).toBeLessThan(6)
  remove()
  await room.reason('demand', 'Synced', 'LastSyncSucceeded', healsWithinMs)
})

test.concurrent('F13: a Retry-After is waited for, and nothing is asked twice', async () => {
  const room = await furnished()
  await room.reason('demand', 'Synced')
  const at: number[] = []
  bench.proxy.on((request) => secretWrite(request, room), answer(429, { 'retry-after': '2' }), { times: 1 })
  watchRequests((request) => secretWrite(request, room) && at.push(performance.now()))
  give(room, 'two')
  await refresh(room)

  await eventually('it is asked again', () => at.length > 1, healsWithinMs)
  await room.reason('demand', 'Synced', 'LastSyncSucceeded')
  expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThan(1990)
  expect(at).toHaveLength(2)
})

test.concurrent('F18: an ExternalSecret that goes while it is synced is dropped without a word, and its series', async () => {
  const room = await bench.newRoom()
  give(room, 'one')
  let met = false
  bench.proxy.on((request) => secretWrite(request, room) && (met = true), delay(1000), { times: 1 })
  await room.apply(room.store('akeyless'))
  await demand(room, 'demand')
  await eventually('its Secret is being written', () => met)
  await room.remove(externalSecretKind, 'demand')

  await sleep(2500)
  const key = `${room.namespace}/demand`
  const told = bench.manager.log.filter((it) => it.includes(key) && /"level":"(warn|error)"/.test(it))
  expect(told).toEqual([])
  const series = { namespace: room.namespace, name: 'demand' }
  expect(await bench.manager.metric('externalsecret_status_condition', series)).toBe(0)
})

test.concurrent('F19: a Secret that an admission policy refuses is Stalled, retried slowly, and heals', async () => {
  const room = await furnished()
  await room.reason('demand', 'Synced')
  const { world } = bench
  const name = `no-secrets-${room.namespace}`
  const group = { apiVersion: 'admissionregistration.k8s.io/v1' }
  const rule = {
    apiGroups: [''],
    apiVersions: ['v1'],
    operations: ['CREATE', 'UPDATE'],
    resources: ['secrets'],
  }
  const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': room.namespace } }
  const validations = [{ expression: 'false', message: 'no Secrets here, said the policy' }]
  await world.apply(
    {
      ...group,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: { matchConstraints: { resourceRules: [rule], namespaceSelector }, validations },
    },
    {
      ...group,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName: name, validationActions: ['Deny'] },
    },
  )
  const isRefused = () =>
    world.kubectl('-n', room.namespace, 'create', 'secret', 'generic', 'probe', '--dry-run=server').then(
      () => false,
      () => true,
    )
  await eventually('the policy is in force', isRefused, 20_000)
  let writes = 0
  watchRequests((request) => secretWrite(request, room) && (writes += 1))
  give(room, 'two')
  await refresh(room)

  const shown = await room.reason('demand', 'TargetRejected', 'Stalled', healsWithinMs)
  const message = shown.status?.conditions?.find((it) => it.type === 'Stalled')?.message
  expect(message).toContain('admission policy')
  expect(message).not.toContain('user two')
  await sleep(3000)
  expect(writes).toBeLessThanOrEqual(2)
  expect(await room.secret('target')).toEqual(valuesOf('one'))
  await world.kubectl('delete', 'validatingadmissionpolicybinding,validatingadmissionpolicy', name)
  await room.reason('demand', 'Synced', 'Ready', 45_000)
  expect(await room.secret('target')).toEqual(valuesOf('two'))
})

test.concurrent('F59: of two ExternalSecrets on one target the first keeps it, the other is Stalled, and nothing flaps', async () => {
  const room = await furnished()
  await room.reason('demand', 'Synced')
  await demand(room, 'rival')

  const shown = await room.reason('rival', 'TargetConflict', 'Stalled')
  expect(shown.status?.conditions?.find((it) => it.type === 'Ready')?.status).toBe('False')
  await refresh(room)
  await sleep(6000)
  await room.reason('demand', 'Synced')
  expect((await revisionsIn(room)).map((it) => it.type)).toEqual(['ADDED'])
  await room.remove(externalSecretKind, 'demand')
})

test.concurrent('F60: a namespace that goes takes its ExternalSecrets along, and nothing is tried for ever', async () => {
  const room = await bench.newRoom()
  give(room, 'one')
  await room.apply(room.store('akeyless'))
  const names = Array.from({ length: 20 }, (_, index) => `demand-${index}`)
  for (const name of names) await demand(room, name, name)
  for (const name of names) await room.reason(name, 'Synced')
  const writes: ProxiedRequest[] = []
  const isWrite = ({ method, path }: ProxiedRequest) =>
    method !== 'GET' && path.includes(`/${room.namespace}/`)
  watchRequests((request) => isWrite(request) && writes.push(request))

  const startedAtMs = performance.now()
  await bench.world.kubectl('delete', 'namespace', room.namespace, '--timeout=60s')
  // What was begun while the namespace was there may still be on its way.
  await sleep(2000)
  const attempts = 1 + (performance.now() - startedAtMs) / 4000
  const writesAtEnd = writes.length
  await sleep(6500)
  console.log(JSON.stringify({ writesInTerminatingNamespace: writesAtEnd, attempts }))
  const told = bench.manager.log.filter((it) => it.includes(`"${room.namespace}/demand-`))
  expect(told.filter((it) => it.includes('TargetRejected'))).toEqual([])
  expect(writes.filter(({ path }) => path.includes('/secrets/')).length).toBeLessThanOrEqual(names.length)
  // The store may go first, which is told of: a status and an Event; the first two rests are 5 and 10 s.
  expect(writesAtEnd).toBeLessThanOrEqual(3 * names.length * attempts)
  expect(writes).toHaveLength(writesAtEnd)
})

test('and the invariants hold over all of it', async () => {
  const namespaces = new Set(rooms.map((it) => it.namespace))
  const found = violations({
    secrets: bench.history.revisions.filter((it) => namespaces.has(it.namespace)),
    given: ({ namespace }) => ({
      values: ['one', 'two'].map(valuesOf),
      items: ['user', 'password'].map((it) => `/${namespace}/${it}`),
    }),
    calls: bench.world.akeyless.calls.all,
    shown: { log: bench.manager.log.join('') },
    canaries: ['one', 'two'].flatMap((it) => Object.values(valuesOf(it))),
  })

  expect(bench.history.revisions.length).toBeGreaterThan(rooms.length)
  expect(found).toEqual([])
})
