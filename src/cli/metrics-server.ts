import type { Registry } from 'prom-client'
import { createSmallServer, type Handler, parseBindAddress, type SmallServer } from '../runtime/http.ts'
import { MetricsAccess, type MetricsAccessOptions, metricsPath } from '../runtime/metrics-access.ts'
import { RereadTls, type TlsSource } from '../runtime/reread-tls.ts'
import { selfSigned } from '../runtime/self-signed.ts'
import { readTls } from '../runtime/tls-files.ts'
import type { Clock } from '../std/clock.ts'
import { Failure } from '../std/failure.ts'
import type { Log } from '../std/log.ts'
import type { ManagerFlags } from './flags.ts'

type MetricsFlags = Pick<
  ManagerFlags,
  'metricsBindAddress' | 'metricsSecure' | 'metricsTlsCertFile' | 'metricsTlsKeyFile'
>

export interface MetricsServerDeps {
  readonly flags: MetricsFlags
  readonly registry: Registry
  /** The API server as this process, to be asked about callers. */
  readonly reviewer: MetricsAccessOptions['reviewer']
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly log: Log
}

/** Serves `/metrics` as the flags say. Throws Failure for flags that do not fit. */
export function metricsServer(deps: MetricsServerDeps): SmallServer {
  const { flags, registry, log } = deps
  const tls = tlsOf(deps)
  const scrape: Handler = () => ({ status: 200, contentType: registry.contentType, body: textOf(registry) })
  return createSmallServer({
    name: 'metrics',
    address: parseBindAddress(flags.metricsBindAddress),
    handlers: { [metricsPath]: tls === undefined ? scrape : new MetricsAccess(deps).guard(scrape) },
    tls,
    log,
  })
}

/** One metric after the other: those of 10,000 objects as one text would take 240 MB at each scrape. */
async function* textOf(registry: Registry): AsyncGenerator<string> {
  for (const { name } of registry.getMetricsAsArray())
    yield `${await registry.getSingleMetricAsString(name)}\n\n`
}

function tlsOf({ flags, clock, log }: MetricsServerDeps): TlsSource | undefined {
  const { metricsSecure, metricsTlsCertFile: certFile, metricsTlsKeyFile: keyFile } = flags
  if (!metricsSecure && (certFile !== undefined || keyFile !== undefined))
    throw wrong('--metrics-tls-cert-file and --metrics-tls-key-file are for --metrics-secure')
  if (!metricsSecure) return undefined
  if (certFile === undefined && keyFile === undefined) return selfSigned('keyferry-metrics', clock.now())
  if (certFile === undefined || keyFile === undefined)
    throw wrong('--metrics-tls-cert-file and --metrics-tls-key-file belong together: give both, or neither')
  const purpose = metricsPath
  const read = async () => ({ tls: await readTls({ certFile, keyFile }, purpose) })
  return new RereadTls({ read, purpose, clock, log })
}

function wrong(message: string): Failure {
  return new Failure('InvalidFlags', message, { userMustAct: true })
}
