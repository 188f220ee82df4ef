import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ClusterFacts } from '../cluster/cluster.ts'
import type { Load } from './load.ts'

/** The least that the same result can cost: a Secret, a status and an Event each, by a bare HTTP loop. */
export interface Floor {
  readonly seconds: number
  readonly requests: number
}

/** Runs the floor in a process of its own, as the manager is one. */
export async function measureFloor(cluster: ClusterFacts, namespace: string, load: Load): Promise<Floor> {
  const facts = {
    server: cluster.server,
    caPem: cluster.caPem,
    token: cluster.adminToken,
    namespace,
    ...load,
  }
  const { stdout } = await promisify(execFile)(process.execPath, [
    join(import.meta.dirname, 'floor.ts'),
    JSON.stringify(facts),
  ])
  return JSON.parse(stdout) as Floor
}
