import { mkdtempSync, readFileSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClusterFacts } from '../cluster/cluster.ts'
import { freePort } from '../cluster/free-port.ts'
import { kubeconfigOf } from '../cluster/kubeconfig.ts'
import { type Running, start, tail } from '../cluster/process.ts'
import { sharedBundle } from './bundle.ts'

const source = join(import.meta.dirname, '../../src/main.ts')
/** Half of a start from the sources is their compilation; a bundle is measured as it ships. */
const compileCache = join(tmpdir(), 'keyferry-compile-cache')
const exitRecorder = import.meta.resolve('./exit-code.ts')
/** As the launcher gives them to Node, flags and environment. */
const nodeFlags = readFileSync(join(import.meta.dirname, '../../hack/node-flags'), 'utf8')
  .trim()
  .split('\n')
const nodeEnv = Object.fromEntries(
  readFileSync(join(import.meta.dirname, '../../hack/node-env'), 'utf8')
    .trim()
    .split('\n')
    .map((it) => it.split('=', 2)),
) as Readonly<Record<string, string>>

/** `keyferry manager` as a process of its own, as users run it. */
export interface ManagerProcess extends AsyncDisposable, Running {
  readonly metricsUrl: string
  readonly probeUrl: string
  /** Its log lines so far, parsed; a line that is no JSON is a defect and fails the caller. */
  logs(): Promise<readonly Record<string, unknown>[]>
  /** One metric as Prometheus would scrape it: the sum over the series whose labels contain `labels`. */
  metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number>
  metricsText(): Promise<string>
  /** The code it ended with; undefined while it runs, after a signal killed it, or without `recordExitCode`. */
  exitCode(): Promise<number | undefined>
}

export interface ManagerOptions {
  /** The program; by default the bundle that a test run shares, or the sources where there is none. */
  readonly entry?: string
  readonly args?: readonly string[]
  /** A token of a ServiceAccount; the administrator's by default. */
  readonly token?: string
  readonly logLevel?: 'debug' | 'info'
  /** Another address of the API server, such as a proxy's, with its CA. */
  readonly server?: { readonly url: string; readonly caFile: string }
  /** Variables of its environment beside those of the test. */
  readonly env?: Readonly<Record<string, string>>
  /** Has the process leave its exit code behind, for `exitCode()`. */
  readonly recordExitCode?: boolean
  /** Flags of Node itself, before the program. */
  readonly nodeArgs?: readonly string[]
  /** Gives the process as soon as it is spawned, for one that may die before it is ready. */
  readonly awaitReady?: boolean
}

/** Starts the manager against a cluster and waits until `/readyz` answers 200. */
export async function startManager(
  cluster: ClusterFacts,
  options: ManagerOptions = {},
): Promise<ManagerProcess> {
  const directory = mkdtempSync(join(tmpdir(), 'keyferry-manager-'))
  const [metricsPort, probePort] = await Promise.all([freePort(), freePort()])
  const kubeconfig = join(directory, 'kubeconfig')
  const { url: server, caFile } = options.server ?? { url: cluster.server, caFile: cluster.caFile }
  const token = options.token ?? cluster.adminToken
  await writeFile(kubeconfig, kubeconfigOf({ server, caFile, token }))
  const addresses = {
    '--metrics-bind-address': `127.0.0.1:${metricsPort}`,
    '--health-probe-bind-address': `127.0.0.1:${probePort}`,
    '--kubeconfig': kubeconfig,
    '--log-level': options.logLevel ?? 'debug',
  }
  const exitCodeFile = join(directory, 'exit-code')
  const preload = options.recordExitCode === true ? ['--import', exitRecorder] : []
  const forNode = [...nodeFlags, ...preload, ...(options.nodeArgs ?? [])]
  const entry = options.entry ?? sharedBundle() ?? source
  const program = [
    ...forNode,
    entry,
    'manager',
    '--insecure-local-endpoints',
    '--controllers',
    'external-secrets',
  ]
  const args = [...program, ...Object.entries(addresses).flat(), ...(options.args ?? [])]
  const compiled = entry === source ? { NODE_COMPILE_CACHE: compileCache } : {}
  const own = { ...nodeEnv, ...compiled, KEYFERRY_TEST_EXIT_CODE_FILE: exitCodeFile }
  const env = { ...process.env, ...own, ...options.env }
  const running = start(process.execPath, args, { logFile: join(directory, 'manager.log'), env })
  const manager = describe(running, { metricsPort, probePort, exitCodeFile })
  if (options.awaitReady !== false) await untilReady(manager)
  return manager
}

function describe(
  running: Running,
  places: { metricsPort: number; probePort: number; exitCodeFile: string },
): ManagerProcess {
  const metricsUrl = `http://127.0.0.1:${places.metricsPort}/metrics`
  const metricsText = async () => (await fetch(metricsUrl)).text()
  return {
    ...running,
    metricsUrl,
    probeUrl: `http://127.0.0.1:${places.probePort}`,
    metricsText,
    async logs() {
      const text = await readFile(running.logFile, 'utf8')
      return text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Record<string, unknown>)
    },
    metric: async (name, labels = {}) => sumOf(await metricsText(), name, labels),
    async exitCode() {
      const text = await readFile(places.exitCodeFile, 'utf8').catch(() => '')
      return text === '' ? undefined : Number(text)
    },
    [Symbol.asyncDispose]: async () => {
      await running.end('SIGTERM')
      await rm(dirname(running.logFile), { recursive: true, force: true })
    },
  }
}

function sumOf(text: string, name: string, labels: Readonly<Record<string, string>>): number {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
  const lines = text.split('\n').filter((it) => it.startsWith(`${name}{`) || it.startsWith(`${name} `))
  const chosen = lines.filter((line) => wanted.every((it) => line.includes(it)))
  return chosen.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}

/** How soon a manager is ready is measured elsewhere: this ends what hangs. */
async function untilReady(manager: ManagerProcess): Promise<void> {
  const deadline = Date.now() + 60_000
  while (Date.now() < deadline && manager.isRunning()) {
    const answer = await fetch(`${manager.probeUrl}/readyz`).catch(() => undefined)
    if (answer?.status === 200) return
    await sleep(50)
  }
  await manager.end('SIGKILL')
  throw new Error(`The manager did not become ready:\n${(await tail(manager.logFile, 10)).slice(-3000)}`)
}
