import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findProgram } from './binaries.ts'
import type { ClusterFacts } from './cluster.ts'

/** The chart of this repository. */
export const chart = join(import.meta.dirname, '../../charts/keyferry')

/** Runs Helm as administrator of a cluster, without the settings of whoever runs the tests; gives its standard output. */
export async function helm(cluster: ClusterFacts, ...args: readonly string[]): Promise<string> {
  const program = await findProgram('helm')
  const env = { PATH: process.env['PATH'], HOME: cluster.directory, KUBECONFIG: cluster.kubeconfigFile }
  const { stdout } = await promisify(execFile)(program, args, { env, maxBuffer: 64 * 1024 * 1024 })
  return stdout
}
