import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClusterFacts } from '../cluster/cluster.ts'
import { start, tail } from '../cluster/process.ts'
import { startManager } from '../manager/manager-process.ts'
import type { World } from '../manager/world.ts'

/** What is measured: Keyferry's bundle, or another operator over the same manifests. */
export interface Operator {
  readonly name: string
  start(cluster: ClusterFacts, world: World, args?: readonly string[]): Promise<RunningOperator>
}

export interface RunningOperator extends AsyncDisposable {
  readonly pid: number
  /** Its requests to the API server so far, as it counts them; undefined where nobody does. */
  apiRequests(): Promise<number | undefined>
  /** Those of them that write. */
  writes(): Promise<number>
  /** Sum of one of its metrics; 0 where it shows none. */
  metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number>
}

/** Keyferry as it ships. */
export const keyferry: Operator = {
  name: 'keyferry',
  async start(cluster, world, args = []) {
    const manager = await startManager(cluster, {
      token: world.managerToken,
      entry: 'dist/keyferry.mjs',
      logLevel: 'info',
      args: ['--controller-class', world.controllerClass, '--controllers', 'external-secrets', ...args],
    })
    const requests = (labels = {}) => manager.metric('rest_client_requests_total', labels)
    return {
      pid: manager.pid,
      apiRequests: () => requests(),
      writes: async () => {
        const counts = await Promise.all(['POST', 'PATCH', 'DELETE'].map((method) => requests({ method })))
        return counts.reduce((sum, it) => sum + it, 0)
      },
      metric: (name, labels) => manager.metric(name, labels),
      [Symbol.asyncDispose]: () => manager[Symbol.asyncDispose](),
    }
  },
}

/**
 * Any other operator, by the words of its command; `{kubeconfig}` and `{class}` in them stand for the file by which it
 * reaches the cluster and the controller class of the stores.
 */
export function otherOperator(command: string): Operator {
  const [program = '', ...words] = command.split(/\s+/).filter((it) => it !== '')
  return {
    name: program.split('/').at(-1) ?? program,
    async start(cluster, world) {
      const directory = await mkdtemp(join(tmpdir(), 'keyferry-bench-'))
      const logFile = join(directory, 'operator.log')
      const args = words.map((it) =>
        it.replace('{kubeconfig}', cluster.kubeconfigFile).replace('{class}', world.controllerClass),
      )
      const running = start(program, args, { logFile })
      return {
        pid: running.pid,
        apiRequests: () => Promise.resolve(undefined),
        writes: () => Promise.resolve(0),
        metric: () => Promise.resolve(0),
        async [Symbol.asyncDispose]() {
          if (!running.isRunning()) process.stderr.write(`${program} ended early:\n${await tail(logFile)}\n`)
          await running.end()
          await rm(directory, { recursive: true, force: true })
        },
      }
    },
  }
}
