import { setTimeout as sleep } from 'node:timers/promises'
import { type ExternalSecret, externalSecretKind } from '../../src/api/externalsecret.ts'
import type { Client } from '../../src/kube/client.ts'
import type { ClusterFacts } from '../cluster/cluster.ts'
import type { World } from '../manager/world.ts'
import { processFigures, round } from './figures.ts'
import type { Load } from './load.ts'
import type { Operator, RunningOperator } from './operator.ts'

export interface FirstSync {
  /** From the start of the operator's process until the last ExternalSecret is Synced. */
  readonly seconds: number
  /** The same from when it was ready. */
  readonly secondsFromReady: number
  /** How long after the last Synced the last Event came. */
  readonly secondsToLastEvent: number
  /** Undefined for an operator that does not count them. */
  readonly apiRequests: number | undefined
  readonly akeylessCalls: number
  readonly akeylessCallsByPath: Readonly<Record<string, number>>
  readonly cpuSeconds: number
  readonly peakRssMb: number
}

/** What is measured with: a cluster, a world in it that holds a load, and somebody to look from outside. */
export interface Stage {
  readonly cluster: ClusterFacts
  readonly world: World
  readonly client: Client
  readonly load: Load
}

const { signal } = new AbortController()

/** Starts an operator on a load and measures until all of it is synced; the operator is then handed to `after`. */
export async function measureFirstSync(
  stage: Stage,
  operator: Operator,
  after: (running: RunningOperator) => Promise<void> = async () => {},
): Promise<FirstSync> {
  const { cluster, world } = stage
  world.akeyless.calls.clear()
  const started = performance.now()
  await using running = await operator.start(cluster, world)
  const ready = performance.now()
  await untilSynced(stage)
  const ended = performance.now()
  const lastEvent = await untilEventsRest(stage)
  const { cpuSeconds, peakRssMb } = await processFigures(running.pid)
  const result = {
    seconds: round((ended - started) / 1000),
    secondsFromReady: round((ended - ready) / 1000),
    secondsToLastEvent: round((lastEvent - ended) / 1000),
    apiRequests: await running.apiRequests(),
    akeylessCalls: world.akeyless.calls.count(),
    akeylessCallsByPath: world.akeyless.calls.byPath(),
    cpuSeconds,
    peakRssMb,
  }
  await after(running)
  return result
}

/** How many requests that write were made while nothing happened, beside those of the Lease. */
export async function writesWhileIdle(running: RunningOperator, seconds: number): Promise<number> {
  const before = await running.writes()
  await sleep(seconds * 1000)
  return (await running.writes()) - before
}

/** Looks from outside, so that looking costs the operator nothing: how many Secrets there are, then at the statuses. */
async function untilSynced(stage: Stage): Promise<void> {
  const { count } = stage.load
  const deadline = Date.now() + 120_000 + count * 100
  while (Date.now() < deadline) {
    if ((await countOf(stage, 'secrets')) >= count && (await syncedCount(stage)) >= count) return
    await sleep(50)
  }
  throw new Error('the load was not synced in time')
}

/** The moment at which the last Event was seen, when none has come for two seconds. */
async function untilEventsRest(stage: Stage): Promise<number> {
  let [count, last] = [0, performance.now()]
  while (performance.now() - last < 2000) {
    const now = await countOf(stage, 'events')
    if (now > count) [count, last] = [now, performance.now()]
    await sleep(50)
  }
  return last
}

/** A page of one, which says how many others there are. */
async function countOf({ client, world }: Stage, plural: 'secrets' | 'events'): Promise<number> {
  const { body } = await client.getPath(`/api/v1/namespaces/${world.namespace}/${plural}?limit=1`, { signal })
  const list = JSON.parse(body) as { items: unknown[]; metadata: { remainingItemCount?: number } }
  return list.items.length + (list.metadata.remainingItemCount ?? 0)
}

async function syncedCount({ client, world }: Stage): Promise<number> {
  const { items } = await client.list<ExternalSecret>(externalSecretKind, {
    namespace: world.namespace,
    signal,
  })
  return items.filter((it) =>
    it.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True'),
  ).length
}
