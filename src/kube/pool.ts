import { type Dispatcher, Pool } from 'undici'
import type { TlsMaterial } from './connection.ts'
import { type ConnectorOptions, createConnector } from './connector.ts'

/** The sockets of one TLS material: requests are bounded, each watch has a connection of its own. */
export interface Pools {
  readonly tls: TlsMaterial
  readonly requests: Dispatcher
  readonly streams: Dispatcher
  /** Takes no new work and resolves when what is under way has ended. */
  retire(): Promise<void>
  /** Ends everything; resolves when no socket is left. */
  destroy(): Promise<void>
}

export interface PoolsOptions extends ConnectorOptions {
  readonly maxConnections: number
  readonly maxBodyBytes: number
}

/** Well below the idle time after which an API server or load balancer closes: we close first, so nobody races us. */
const keepAliveTimeoutMs = 20_000

/** Connects when first asked; requests wait for one of `maxConnections`, watches never wait. */
export function createPools(options: PoolsOptions): Pools {
  const connector = createConnector(options)
  const { origin } = new URL(options.connection.server)
  // Undici's own timeouts are off: they do not cover the wait for a connection, ours does.
  const shared = {
    connect: connector.connect,
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: keepAliveTimeoutMs,
  }
  const requests = new Pool(origin, {
    ...shared,
    connections: options.maxConnections,
    maxResponseSize: options.maxBodyBytes,
  })
  // Unbounded on purpose: a watch that waits for another one to end would look like a dead one.
  const streams = new Pool(origin, shared)
  return {
    tls: options.tls,
    requests,
    streams,
    retire: async () => {
      await Promise.all([requests.close(), streams.close()])
      await connector.destroy()
    },
    destroy: async () => {
      await Promise.all([requests.destroy(), streams.destroy()])
      await connector.destroy()
    },
  }
}
