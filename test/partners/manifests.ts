import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ClusterFacts, kubectl } from '../cluster/cluster.ts'
import { partnerFolder } from './partner.ts'

/** Applies objects as administrator. */
export async function applyManifests(cluster: ClusterFacts, items: readonly object[]): Promise<void> {
  const folder = partnerFolder('manifests')
  try {
    const file = join(folder, 'manifests.json')
    await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
    await kubectl(cluster, 'apply', '-f', file)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
