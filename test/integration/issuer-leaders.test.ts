import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { checkpointType } from '../../src/issuer/checkpoint.ts'
import { sharedCluster } from '../cluster/shared.ts'
import { editLines, whole } from '../fakes/fault-proxy/fault.ts'
import { type FaultProxy, startFaultProxy } from '../fakes/fault-proxy/fault-proxy.ts'
import { PkiAuthority } from '../fakes/pki/authority.ts'
import type { CustomPki } from '../fakes/pki/custom.ts'
import { isWrite, requestsOf } from '../manager/audit-log.ts'
import { eventually } from '../manager/eventually.ts'
import { customSide, type PkiSide, pkiIssuer } from '../manager/issuer-pki.ts'
import { type IssuerScene, newIssuerScene } from '../manager/issuer-scene.ts'
import { type ManagerOptions, type ManagerProcess, startManager } from '../manager/manager-process.ts'
import { applyCertManagerCrds } from '../partners/cert-manager.ts'

// Deadlines are for a machine that does much else.
vi.setConfig({ testTimeout: 180_000 })

const cluster = sharedCluster()
/** The only name that the role of config/rbac may read and patch. */
const leaseName = 'keyferry'

beforeAll(() => applyCertManagerCrds(cluster), 300_000)

interface Pair extends AsyncDisposable {
  /** Between the leader and the API server. */
  readonly proxy: FaultProxy
  readonly scene: IssuerScene
  readonly side: PkiSide<CustomPki>
  readonly leader: ManagerProcess
  readonly follower: ManagerProcess
}

/** Two replicas, one of which leads, and an issuer on a PKI that knows no idempotency. */
async function pair(): Promise<Pair> {
  await using stack = new AsyncDisposableStack()
  const scene = await newIssuerScene(cluster)
  const { namespace, token } = scene
  const role = ['--clusterrole=keyferry-leader-election', `--serviceaccount=${namespace}:keyferry-issuer`]
  await scene.kubectl('create', 'rolebinding', 'election', '-n', namespace, ...role)
  const given = await customSide(await PkiAuthority.make())
  stack.defer(() => given.server.down())
  const yaml = given.yaml.replace(/^idempotency: .*$/m, '')
  const side = { ...given, yaml }
  await scene.apply(...pkiIssuer(scene, 'ca', side))
  const election = [
    '--leader-elect',
    '--leader-election-id',
    leaseName,
    '--leader-election-namespace',
    namespace,
  ]
  const args = ['--controllers', 'issuers', '--namespace', namespace, ...election]
  const proxy = stack.use(await startFaultProxy({ upstream: cluster.server, upstreamCaPem: cluster.caPem }))
  const directory = await mkdtemp(join(tmpdir(), 'keyferry-leaders-'))
  stack.defer(() => rm(directory, { recursive: true, force: true }))
  const caFile = join(directory, 'ca.crt')
  await writeFile(caFile, proxy.caPem)
  const start = async (options: ManagerOptions = {}) =>
    stack.use(await startManager(cluster, { token, args, ...options }))
  const leader = await start({ server: { url: proxy.url, caFile } })
  await eventually('it leads', () => leads(leader), 45_000)
  const follower = await start()
  await scene.reason('externalissuer', 'ca', 'Checked', 30_000)
  const held = stack.move()
  return { scene, side, proxy, leader, follower, [Symbol.asyncDispose]: () => held.disposeAsync() }
}

async function leads(manager: ManagerProcess): Promise<boolean> {
  return (await manager.metric('leader_election_master_status', { name: leaseName })) === 1
}

function submitted(side: PkiSide): readonly string[] {
  return side.server.seen
    .filter((it) => it.method === 'POST' && it.path === '/api/orders')
    .map((it) => it.body)
}

async function areOnRecord(scene: IssuerScene, names: readonly string[]): Promise<boolean> {
  const all = await Promise.all(names.map((it) => scene.get('certificaterequest', it)))
  return all.every((it) => it.status?.conditions?.some(({ type }) => type === checkpointType) === true)
}

describe.concurrent('R26: two replicas', () => {
  test('a leader that ends in order finishes the submit that is under way, and the next one asks for the order', async () => {
    await using stage = await pair()
    const { scene, side, leader, follower } = stage
    side.server.faults.add({ kind: 'slow', ms: 2000, path: '/api/orders', times: 1 })
    await scene.request('a')
    await eventually('it is submitted', () => submitted(side).length > 0, 45_000)
    process.kill(leader.pid, 'SIGTERM')
    await eventually('it has ended', () => !leader.isRunning(), 45_000)
    await scene.reason('certificaterequest', 'a', 'Issued', 60_000)

    const last = (await leader.logs()).slice(-10).map((it) => it['msg'])
    expect(await leads(follower)).toBe(true)
    expect({ submits: submitted(side).length, last }).toEqual({ submits: 1, last })
  })

  test('a leader that dies while an order waits is followed by one that asks for it and submits nothing', async () => {
    await using stage = await pair()
    const { scene, side, leader, follower } = stage
    side.server.state.waits = Number.POSITIVE_INFINITY
    const names = ['a', 'b', 'c']
    for (const it of names) await scene.request(it)
    // Pending alone may also tell of an issuer that its own watch has not shown as ready yet.
    await eventually('all are on record', () => areOnRecord(scene, names), 45_000)
    await leader.end('SIGKILL')
    for (const order of side.server.state.orders.values()) order.waits = 0
    for (const it of names) await scene.reason('certificaterequest', it, 'Issued', 60_000)

    expect(await leads(follower)).toBe(true)
    expect(new Set(submitted(side)).size).toBe(names.length)
    expect(submitted(side)).toHaveLength(names.length)
    const all = await requestsOf(cluster, `${scene.namespace}:keyferry-issuer`)
    const writes = all.filter((it) => isWrite(it) && it.resource === 'certificaterequests/status')
    // First sight, the order's id with what it waits for, the certificate.
    for (const it of names) expect(writes.filter(({ name }) => name === it).length).toBeLessThanOrEqual(4)
  })

  test('a leader that is stopped before a submit, and goes on when another one leads, submits nothing', async () => {
    await using stage = await pair()
    const { scene, side, proxy, leader, follower } = stage
    const isFirstWrite = ({ method, path }: { method: string; path: string }) =>
      method === 'PATCH' && path.includes('/certificaterequests/a/status')
    const stopped = Promise.withResolvers<void>()
    // The answer waits in its socket for as long as it stands still.
    const stop = editLines((line) => {
      process.kill(leader.pid, 'SIGSTOP')
      stopped.resolve()
      return [whole(line)]
    })
    proxy.on(isFirstWrite, stop, { times: 1 })
    side.server.state.waits = 0
    // Its connection to the PKI is open, and nothing would hold a submit up.
    await scene.request('b')
    await scene.reason('certificaterequest', 'b', 'Issued')
    await scene.request('a')
    await stopped.promise
    await scene.reason('certificaterequest', 'a', 'Issued', 90_000)
    expect([await leads(follower), submitted(side).length]).toEqual([true, 2])

    process.kill(leader.pid, 'SIGCONT')
    await eventually('it has ended', () => !leader.isRunning(), 45_000)
    expect(submitted(side)).toHaveLength(2)
  })
})
