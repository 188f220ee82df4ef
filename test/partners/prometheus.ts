import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { freePort } from '../cluster/free-port.ts'
import { start, tail } from '../cluster/process.ts'
import { eventually } from '../manager/eventually.ts'
import { findPrometheus } from './prometheus-programs.ts'

/** A series of an instant query; its value may be NaN. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>
  readonly value: number
}

export interface Target {
  readonly scrapePool: string
  readonly health: 'up' | 'down' | 'unknown'
  readonly lastError: string
}

export interface LoadedRule {
  readonly name: string
  readonly health: string
  readonly state: 'inactive' | 'pending' | 'firing'
  readonly lastError?: string
  readonly alerts: readonly { readonly labels: Readonly<Record<string, string>> }[]
}

/** A Prometheus on loopback that scrapes each second. */
export interface Prometheus extends AsyncDisposable {
  /** Throws with Prometheus' own words where it refuses the query. */
  query(expr: string): Promise<readonly Sample[]>
  targets(): Promise<readonly Target[]>
  rules(): Promise<readonly LoadedRule[]>
}

export interface PrometheusOptions {
  /** `scrape_configs`. */
  readonly jobs: readonly object[]
  readonly ruleFiles: readonly string[]
}

/** Starts the Prometheus of this machine on loopback; throws where none is installed. */
export async function startPrometheus({ jobs, ruleFiles }: PrometheusOptions): Promise<Prometheus> {
  const programs = await findPrometheus()
  if (programs === undefined) throw new Error('Cannot start Prometheus: it is not installed')
  const directory = await mkdtemp(join(tmpdir(), 'keyferry-prometheus-'))
  const config = join(directory, 'prometheus.yml')
  const often = { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' }
  await writeFile(config, stringify({ global: often, rule_files: ruleFiles, scrape_configs: jobs }))
  const address = `127.0.0.1:${await freePort()}`
  const args = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    `--web.listen-address=${address}`,
  ]
  const logFile = join(directory, 'prometheus.log')
  const running = start(programs.prometheus, args, { logFile })
  const end = async () => {
    await running.end('SIGTERM')
    await rm(directory, { recursive: true, force: true })
  }
  try {
    const isReady = async () => running.isRunning() && (await fetch(`http://${address}/-/ready`)).ok
    await eventually('Prometheus is ready', isReady, 30_000)
  } catch (cause) {
    const words = await tail(logFile, 10)
    await end()
    throw new Error(`Prometheus did not start:\n${words}`, { cause })
  }
  return { ...api(`http://${address}/api/v1`), [Symbol.asyncDispose]: end }
}

function api(base: string): Omit<Prometheus, keyof AsyncDisposable> {
  return {
    query: async (expr) => {
      const { result } = await ask<{ result: { metric: Sample['metric']; value: [number, string] }[] }>(
        `${base}/query?query=${encodeURIComponent(expr)}`,
      )
      return result.map(({ metric, value: [, text] }) => ({ metric, value: Number(text) }))
    },
    targets: async () => (await ask<{ activeTargets: Target[] }>(`${base}/targets`)).activeTargets,
    rules: async () => {
      const { groups } = await ask<{ groups: { rules: LoadedRule[] }[] }>(`${base}/rules`)
      return groups.flatMap((it) => it.rules)
    },
  }
}

async function ask<T>(url: string): Promise<T> {
  const answer = (await (await fetch(url)).json()) as { status: string; error?: string; data: T }
  if (answer.status !== 'success') throw new Error(`Prometheus refuses: ${answer.error}`)
  return answer.data
}
