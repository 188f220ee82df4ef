import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { Refusals } from '../../src/akeyless/refusals.ts'
import { connectApiServer } from '../../src/cli/api-server.ts'
import { addManagerFlags, type ManagerFlags } from '../../src/cli/flags.ts'
import { composeIssuers, type IssuerHalfOptions } from '../../src/cli/issuers.ts'
import { unguarded } from '../../src/runtime/guard.ts'
import type { Elector } from '../../src/runtime/leader.ts'
import { runManager } from '../../src/runtime/manager.ts'
import { createMetrics } from '../../src/runtime/metrics.ts'
import { systemClock } from '../../src/std/clock.ts'
import { createLog } from '../../src/std/log.ts'
import type { ClusterFacts } from '../cluster/cluster.ts'
import { kubeconfigOf } from '../cluster/kubeconfig.ts'
import { unlessLost } from './unless-lost.ts'

export interface IssuerManagerOptions extends Pick<IssuerHalfOptions, 'signerTypes' | 'prepare'> {
  readonly cluster: Pick<ClusterFacts, 'server' | 'caPem'>
  readonly token: string
  readonly args?: readonly string[]
  /** It works when this one is won; no process ends when it is lost. */
  readonly elector?: Elector
  /** Gives the manager before its caches are filled, for one that has not the right to fill them. */
  readonly awaitSynced?: boolean
}

/** The issuer half of the manager within the process of the test, without servers. */
export interface IssuerManager extends AsyncDisposable {
  /** Its log lines so far, at debug. */
  readonly log: readonly string[]
  metricsText(): Promise<string>
}

/** Starts the half as the account whose token is given; unless told otherwise its caches are filled when this resolves. */
export async function startIssuerManager(options: IssuerManagerOptions): Promise<IssuerManager> {
  const { cluster, token, args = [], signerTypes, prepare, elector } = options
  const directory = await mkdtemp(join(tmpdir(), 'keyferry-issuer-'))
  const kubeconfig = join(directory, 'kubeconfig')
  const { server, caPem } = cluster
  await writeFile(kubeconfig, kubeconfigOf({ server, caPem, token }))
  const command = addManagerFlags(new Command())
  const flags = command.parse(['--kubeconfig', kubeconfig, ...args], { from: 'user' }).opts<ManagerFlags>()
  const lines: string[] = []
  const log = createLog('debug', { write: (line) => void lines.push(line) })
  const metrics = createMetrics({ process: false })
  const api = await connectApiServer(flags, metrics)
  const stopping = new AbortController()
  const half = composeIssuers({
    refusals: new Refusals(systemClock),
    flags,
    api,
    metrics,
    log,
    clock: systemClock,
    guard: elector ?? unguarded(),
    signal: stopping.signal,
    ...(signerTypes === undefined ? {} : { signerTypes }),
    ...(prepare === undefined ? {} : { prepare }),
  })
  const parts = { ...half, servers: [], elector, log, clock: systemClock }
  const running = unlessLost(runManager(parts, stopping.signal))
  const required = half.informers.filter((it) => !half.optional.includes(it))
  if (options.awaitSynced !== false)
    await Promise.race([Promise.all(required.map((it) => it.synced)), running])
  return {
    log: lines,
    metricsText: () => metrics.registry.metrics(),
    async [Symbol.asyncDispose]() {
      stopping.abort(new Error('the test is over'))
      await running
      await half.close()
      await api.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
