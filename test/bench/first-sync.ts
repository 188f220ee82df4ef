import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ExternalSecret, externalSecretKind } from '../../src/api/externalsecret.ts'
import type { Client } from '../../src/kube/client.ts'
import type { ClusterFacts } from '../cluster/cluster.ts'
import { type ManagerProcess, startManager } from '../manager/manager-process.ts'
import type { World } from '../manager/world.ts'
import type { Load } from './load.ts'

export interface FirstSync {
  /** From the start of the manager's process until the last ExternalSecret is Synced. */
  readonly seconds: number
  /** The same from when it was ready. */
  readonly secondsFromReady: number
  readonly apiRequests: number
  readonly akeylessCalls: number
  readonly akeylessCallsByPath: Readonly<Record<string, number>>
  readonly cpuSeconds: number
  readonly peakRssMb: number
  /** Requests of the manager to the API server while nothing happened, by method; watches are renewed by GET. */
  readonly idle: { readonly seconds: number; readonly writesBesideLease: number }
}

const { signal } = new AbortController()

/** Starts the manager on a load and measures until all of it is synced, then for `idleSeconds` more. */
export async function measureFirstSync(
  cluster: ClusterFacts,
  world: World,
  client: Client,
  load: Load,
  idleSeconds: number,
): Promise<FirstSync> {
  world.akeyless.calls.clear()
  const started = performance.now()
  await using manager = await startManager(cluster, {
    token: world.managerToken,
    entry: 'dist/keyferry.mjs',
    logLevel: 'info',
    args: ['--controller-class', world.controllerClass],
  })
  const ready = performance.now()
  await untilSynced(world, client, load)
  const ended = performance.now()
  await sleep(2000)
  const result = {
    seconds: round((ended - started) / 1000),
    secondsFromReady: round((ended - ready) / 1000),
    apiRequests: await manager.metric('rest_client_requests_total'),
    akeylessCalls: world.akeyless.calls.count(),
    akeylessCallsByPath: world.akeyless.calls.byPath(),
    ...(await processFigures(manager.pid)),
  }
  return { ...result, idle: await measureIdle(manager, idleSeconds) }
}

/**
 * Looks from outside, so that looking costs the manager nothing: first at how many values were asked for, then at the
 * statuses.
 */
async function untilSynced(world: World, client: Client, load: Load): Promise<void> {
  const deadline = Date.now() + 60_000 + load.count * 100
  const asked = () => world.akeyless.calls.count('/get-secret-value') >= load.count * load.keys
  while (Date.now() < deadline) {
    if (asked() && (await syncedCount(world, client)) >= load.count) return
    await sleep(50)
  }
  throw new Error('the load was not synced in time')
}

async function syncedCount(world: World, client: Client): Promise<number> {
  const { items } = await client.list<ExternalSecret>(externalSecretKind, {
    namespace: world.namespace,
    signal,
  })
  return items.filter((it) =>
    it.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True'),
  ).length
}

async function measureIdle(manager: ManagerProcess, seconds: number): Promise<FirstSync['idle']> {
  const before = await writes(manager)
  await sleep(seconds * 1000)
  return { seconds, writesBesideLease: (await writes(manager)) - before }
}

async function writes(manager: ManagerProcess): Promise<number> {
  let sum = 0
  for (const method of ['POST', 'PATCH', 'DELETE'])
    sum += await manager.metric('rest_client_requests_total', { method })
  return sum
}

/** From /proc: user and system time in clock ticks of 10 ms, and the high-water mark of resident memory. */
async function processFigures(pid: number): Promise<{ cpuSeconds: number; peakRssMb: number }> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const kilobytes = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0)
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100,
    peakRssMb: Math.round(kilobytes / 1024),
  }
}

function round(seconds: number): number {
  return Number(seconds.toFixed(2))
}
