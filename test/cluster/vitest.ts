import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startCluster } from './cluster.ts'

const crds = join(import.meta.dirname, '../../config/crd')

/** Starts the cluster that the tests of a run share, with Keyferry's CRDs; gives vitest what ends it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await startCluster({ controllers: true, progress: (line) => process.stderr.write(`${line}\n`) })
  const files = (await readdir(crds).catch(() => [])).filter((it) => it.endsWith('.yaml'))
  if (files.length > 0) {
    await cluster.kubectl('apply', '--server-side', ...files.flatMap((it) => ['-f', join(crds, it)]))
    await cluster.kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s')
  }
  const { server, directory, caFile, caPem, adminToken, kubeconfigFile, auditLogFile, pids } = cluster
  project.provide('cluster', { server, directory, caFile, caPem, adminToken, kubeconfigFile, auditLogFile, pids })
  return () => cluster.stop()
}
