import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { Refusals } from '../../src/akeyless/refusals.ts'
import { connectApiServer } from '../../src/cli/api-server.ts'
import { composeExternalSecrets } from '../../src/cli/external-secrets.ts'
import { addManagerFlags, type ManagerFlags } from '../../src/cli/flags.ts'
import type { Half } from '../../src/cli/half.ts'
import { unguarded } from '../../src/runtime/guard.ts'
import type { Elector } from '../../src/runtime/leader.ts'
import { runManager } from '../../src/runtime/manager.ts'
import { createMetrics, type Metrics } from '../../src/runtime/metrics.ts'
import { type Clock, systemClock } from '../../src/std/clock.ts'
import { createLog } from '../../src/std/log.ts'
import { kubeconfigOf } from '../cluster/kubeconfig.ts'
import { unlessLost } from './unless-lost.ts'
import type { World } from './world.ts'

export interface InnerOptions {
  /** The API server, or a proxy in front of it. */
  readonly server: { readonly url: string; readonly caPem: string }
  readonly args?: readonly string[]
  readonly clock?: Clock
  /** It works when this one is won; no process ends when it is lost. */
  readonly elector?: Elector
  /** Gives the manager before its caches are filled, for one that has not the right to fill them. */
  readonly awaitSynced?: boolean
}

/** The whole manager within the process of the test: for many faults in a row, and for clocks that are not real. */
export interface InnerManager extends AsyncDisposable {
  /** Its log lines so far, at debug. */
  readonly log: readonly string[]
  /** Whether all caches are filled without which it does not work. */
  isSynced(): boolean
  metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number>
}

/** Starts a manager without servers, and without election unless told otherwise; it is ready when its first objects are worked on. */
export async function startInnerManager(world: World, options: InnerOptions): Promise<InnerManager> {
  const { server, args = [], clock = systemClock, elector } = options
  const directory = await mkdtemp(join(tmpdir(), 'keyferry-inner-'))
  const kubeconfig = join(directory, 'kubeconfig')
  const { url, caPem } = server
  await writeFile(kubeconfig, kubeconfigOf({ server: url, caPem, token: world.managerToken }))
  const own = ['--insecure-local-endpoints', '--controller-class', world.controllerClass]
  const flags = flagsOf(['--kubeconfig', kubeconfig, ...own, ...args])
  const lines: string[] = []
  const log = createLog('debug', { write: (line) => void lines.push(line) })
  const metrics = createMetrics({ process: false })
  // The first template loads the engine, which takes vitest, on a busy machine, longer than a test waits.
  await import('../../src/template/render.ts')
  const api = await connectApiServer(flags, metrics)
  const stopping = new AbortController()
  const { signal } = stopping
  const half = composeExternalSecrets({
    flags,
    api,
    metrics,
    log,
    clock,
    guard: elector ?? unguarded(),
    signal,
    refusals: new Refusals(clock),
  })
  const running = unlessLost(runManager({ ...half, servers: [], elector, log, clock }, signal))
  const caches = cachesOf(half)
  if (options.awaitSynced !== false) await Promise.race([caches.synced, running])
  return {
    log: lines,
    isSynced: () => caches.areSynced(),
    metric: (name, labels = {}) => sumOf(metrics, name, labels),
    async [Symbol.asyncDispose]() {
      stopping.abort(new Error('the test is over'))
      await running
      await half.close()
      await api.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Those that a manager must have filled before it works. */
function cachesOf({ informers, optional }: Half) {
  let areSynced = false
  const sync = async () => {
    await Promise.all(informers.filter((it) => !optional.includes(it)).map((it) => it.synced))
    areSynced = true
  }
  const synced = sync()
  // Those that are not filled when the manager stops never will be.
  synced.catch(() => undefined)
  return { synced, areSynced: () => areSynced }
}

/** The sum of all series of a metric that have these labels. */
async function sumOf(
  { registry }: Metrics,
  name: string,
  labels: Readonly<Record<string, string>>,
): Promise<number> {
  const found = await registry.getSingleMetric(name)?.get()
  const wanted = Object.entries(labels)
  const series = found?.values.filter((it) => wanted.every(([key, value]) => it.labels[key] === value))
  return series?.reduce((sum, it) => sum + it.value, 0) ?? 0
}

function flagsOf(args: readonly string[]): ManagerFlags {
  return addManagerFlags(new Command()).parse(args, { from: 'user' }).opts<ManagerFlags>()
}
