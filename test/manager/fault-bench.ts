import type { Client } from '../../src/kube/client.ts'
import { connect } from '../cluster/client.ts'
import type { ClusterFacts } from '../cluster/cluster.ts'
import { type FaultProxy, startFaultProxy } from '../fakes/fault-proxy/fault-proxy.ts'
import { type InnerManager, type InnerOptions, startInnerManager } from './inner-manager.ts'
import { newRoom, type Room } from './room.ts'
import { recordSecrets, type SecretHistory } from './secret-history.ts'
import { newWorld, type World } from './world.ts'

/** One manager behind a fault proxy, for many rooms, and a record of every Secret that it writes. */
export interface FaultBench extends AsyncDisposable {
  readonly world: World
  readonly client: Client
  readonly proxy: FaultProxy
  readonly manager: InnerManager
  readonly history: SecretHistory
  newRoom(): Promise<Room>
}

/** `before` may set rules that the first requests of the manager meet. */
export async function startFaultBench(
  cluster: ClusterFacts,
  options: Pick<InnerOptions, 'clock' | 'args'> & { before?: (proxy: FaultProxy) => void } = {},
): Promise<FaultBench> {
  const { before, ...rest } = options
  const world = await newWorld(cluster)
  const connection = connect(cluster)
  const history = await recordSecrets(connection.transport)
  const proxy = await startFaultProxy({ upstream: cluster.server, upstreamCaPem: cluster.caPem })
  before?.(proxy)
  const server = { url: proxy.url, caPem: proxy.caPem }
  const manager = await startInnerManager(world, { server, ...rest })
  return {
    world,
    client: connection.client,
    proxy,
    manager,
    history,
    newRoom: () => newRoom(connection.client, world),
    async [Symbol.asyncDispose]() {
      for (const it of [manager, history, proxy, connection, world]) await it[Symbol.asyncDispose]()
    },
  }
}
