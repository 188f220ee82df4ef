import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { awaitCrds } from './await-crds.ts'
import { startCluster } from './cluster.ts'

const config = join(import.meta.dirname, '../../config')

/** Starts the cluster that the tests of a run share, with Keyferry's CRDs and roles; gives vitest what ends it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await startCluster({
    controllers: true,
    progress: (line) => process.stderr.write(`${line}\n`),
  })
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
  return () => cluster.stop()
}
