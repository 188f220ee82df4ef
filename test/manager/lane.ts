import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClusterFacts } from '../cluster/cluster.ts'
import { type FaultProxy, startFaultProxy } from '../fakes/fault-proxy/fault-proxy.ts'
import type { World } from './world.ts'

/** Everything a manager can call, through proxies: the API server and the Gateway. */
export interface Lane extends AsyncDisposable {
  readonly api: FaultProxy
  readonly gateway: FaultProxy
  /** The API server as `startManager` takes it. */
  readonly server: { readonly url: string; readonly caFile: string }
  /** Waits until nobody has called either for so long. */
  quiet(forMs: number): Promise<void>
}

/** Puts proxies in front of a cluster and of the Gateway of a world. */
export async function newLane(cluster: ClusterFacts, world: World): Promise<Lane> {
  const directory = await mkdtemp(join(tmpdir(), 'keyferry-lane-'))
  const api = await startFaultProxy({ upstream: cluster.server, upstreamCaPem: cluster.caPem })
  const gateway = await startFaultProxy({ upstream: world.akeyless.url })
  const caFile = join(directory, 'ca.crt')
  await writeFile(caFile, api.caPem)
  const count = () => api.requests.length + gateway.requests.length
  return {
    api,
    gateway,
    server: { url: api.url, caFile },
    async quiet(forMs) {
      for (let before = -1; before !== count(); await sleep(forMs)) before = count()
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([api.close(), gateway.close()])
      await rm(directory, { recursive: true, force: true })
    },
  }
}
