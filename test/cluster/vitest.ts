import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { shareBundle } from '../manager/bundle.ts'
import { awaitCrds } from './await-crds.ts'
import { startCluster } from './cluster.ts'

const config = join(import.meta.dirname, '../../config')

/**
 * Makes what the tests of a run share: a cluster with Keyferry's CRDs and roles, and the bundle. Gives vitest what ends
 * it.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const progress = (line: string) => void process.stderr.write(`${line}\n`)
  const [bundle, cluster] = await Promise.all([shareBundle(), startCluster({ controllers: true, progress })])
  await cluster.kubectl('apply', '--server-side', '-f', join(config, 'crd'), '-f', join(config, 'rbac'))
  await awaitCrds((...args) => cluster.kubectl(...args))
  const { server, directory, caFile, caPem, adminToken, kubeconfigFile, auditLogFile, pids } = cluster
  project.provide('cluster', {
    server,
    directory,
    caFile,
    caPem,
    adminToken,
    kubeconfigFile,
    auditLogFile,
    pids,
  })
  return async () => {
    await cluster.stop()
    await bundle[Symbol.asyncDispose]()
  }
}
