import type { Client } from '../../src/kube/client.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Operator } from './operator.ts'

/** What every scene is given. */
export interface SceneOptions {
  readonly cluster: Cluster
  readonly client: Client
  readonly operator: Operator
  readonly say: (line: string) => void
  readonly latencyMs: number
  /** Watch events of the churn. */
  readonly events: number
}
