import type { CloudOptions } from '../akeyless/clouds.ts'
import { Refusals } from '../akeyless/refusals.ts'
import { exitOnCrash } from '../runtime/crash.ts'
import { NotLeadingError, unguarded } from '../runtime/guard.ts'
import { checksPage, type EventLoopCheck, syncedCheck, watchEventLoop } from '../runtime/health.ts'
import { createSmallServer, parseBindAddress, type SmallServer } from '../runtime/http.ts'
import { createElector, type Elector } from '../runtime/leader.ts'
import { runManager as run } from '../runtime/manager.ts'
import { createMetrics, type Metrics } from '../runtime/metrics.ts'
import { tidyWhenQuiet } from '../runtime/tidy.ts'
import { systemClock } from '../std/clock.ts'
import { Failure } from '../std/failure.ts'
import { createLog, type Log } from '../std/log.ts'
import { type ApiServer, connectApiServer } from './api-server.ts'
import { buildMetric } from './build-metric.ts'
import { composeExternalSecrets, type ExternalSecretsHalf } from './external-secrets.ts'
import type { ManagerFlags } from './flags.ts'
import type { Half, HalfOptions } from './half.ts'
import { joinHalves } from './join-halves.ts'
import { metricsServer } from './metrics-server.ts'
import { composeNotices, leaseNotes, refuseNoticesFor } from './notices.ts'
import { version } from './version.ts'

const clock = systemClock

/** What a program around the command may put in place of the world outside; nothing on a command line can. */
export interface RunOptions {
  readonly clouds?: CloudOptions
}

/** `keyferry manager`: runs until SIGTERM or SIGINT; gives the exit code. Throws Failure for a wrong flag or kubeconfig. */
export async function runManager(flags: ManagerFlags, { clouds }: RunOptions = {}): Promise<0 | 1> {
  const log = createLog(flags.logLevel)
  exitOnCrash(process, log, (code) => process.exit(code))
  refuseInspector(log)
  refuseNoticesFor(flags.controllers, flags)
  const metrics = createMetrics({ process: true })
  buildMetric(metrics.registry)
  const stopping = stopOnSignals(log)
  const api = await connectApiServer(flags, metrics)
  const elector = electorOf(flags, api, metrics, log)
  const guard = elector ?? unguarded()
  const refusals = new Refusals(clock)
  const options = { flags, api, metrics, log, clock, guard, signal: stopping, refusals, clouds }
  const { half, externalSecrets } = await halvesOf(options)
  const notices =
    externalSecrets &&
    composeNotices({ flags, readers: externalSecrets.readers, elector, stopping, metrics, clock, log })
  const eventLoop = watchEventLoop(clock)
  const stopTidying = tidyWhenQuiet({ clock })
  log.info({ version, server: api.connection.server, namespaces: flags.namespace }, 'Keyferry starts')
  try {
    const { registry } = metrics
    const { reviewer } = api
    const scraped = metricsServer({ flags, registry, reviewer, signal: stopping, clock, log })
    const probed = probesServer(flags, half, eventLoop, log)
    const servers = [probed, scraped, notices].filter((it) => it !== undefined)
    await run({ ...half, servers, elector, log, clock }, stopping)
    return 0
  } catch (error) {
    if (!(error instanceof NotLeadingError)) throw error
    log.error({ err: error }, 'Leadership is lost; the process ends so that it starts clean')
    // Nothing may be drained or flushed by a process that no longer leads.
    process.exit(1)
  } finally {
    eventLoop.stop()
    stopTidying()
    await half.close()
    await api.close()
  }
}

interface Halves {
  readonly externalSecrets: ExternalSecretsHalf | undefined
  /** All that runs, as one. */
  readonly half: Half
}

/** What `--controllers` asks for. The issuer half is half of the program: loaded by whoever runs it. */
async function halvesOf(options: HalfOptions): Promise<Halves> {
  const { controllers } = options.flags
  const externalSecrets = controllers.includes('external-secrets')
    ? composeExternalSecrets(options)
    : undefined
  const issuers = controllers.includes('issuers')
    ? (await import('./issuers.ts')).composeIssuers(options)
    : undefined
  return { externalSecrets, half: joinHalves([externalSecrets, issuers].filter((it) => it !== undefined)) }
}

/** Node opens its inspector, which shows all memory, on SIGUSR1 unless somebody listens or --disable-sigusr1 is given. */
function refuseInspector(log: Log): void {
  process.on('SIGUSR1', () => log.warn('SIGUSR1 is ignored: Keyferry opens no inspector'))
}

function stopOnSignals(log: Log): AbortSignal {
  const stopping = new AbortController()
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.once(name, () => {
      log.info({ signal: name }, 'Keyferry stops')
      stopping.abort(new Error(`${name} was received`))
    })
  }
  return stopping.signal
}

/** On by default where a pod runs, because there it may have twins. */
function electorOf(flags: ManagerFlags, api: ApiServer, metrics: Metrics, log: Log): Elector | undefined {
  const inCluster = flags.kubeconfig === undefined && process.env['KUBERNETES_SERVICE_HOST'] !== undefined
  if (!(flags.leaderElect ?? inCluster)) return undefined
  const namespace = flags.leaderElectionNamespace ?? api.connection.namespace
  if (namespace === undefined) {
    const message =
      'Cannot elect a leader: no namespace for the Lease is known, set --leader-election-namespace'
    throw new Failure('InvalidFlags', message, { userMustAct: true })
  }
  const lease = { namespace, name: flags.leaderElectionId }
  return createElector({
    client: api.client,
    lease,
    clock,
    log,
    onChange: metrics.leader(flags.leaderElectionId),
    notes: leaseNotes(flags),
  })
}

function probesServer(flags: ManagerFlags, half: Half, eventLoop: EventLoopCheck, log: Log): SmallServer {
  const ready = half.informers.filter((it) => !half.optional.includes(it)).map(syncedCheck)
  const handlers = {
    '/healthz': checksPage('/healthz', [eventLoop]),
    '/livez': checksPage('/livez', [eventLoop]),
    '/readyz': checksPage('/readyz', ready),
  }
  const address = parseBindAddress(flags.healthProbeBindAddress)
  return createSmallServer({ name: 'probes', address, handlers, log })
}
