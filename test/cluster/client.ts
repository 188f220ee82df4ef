import type { Client } from '../../src/kube/client.ts'
import type { Connection } from '../../src/kube/connection.ts'
import { createClient } from '../../src/kube/rest-client.ts'
import type { Transport } from '../../src/kube/transport.ts'
import { createTransport } from '../../src/kube/transport-undici.ts'
import { Redacted } from '../../src/std/redacted.ts'
import type { ClusterFacts } from './cluster.ts'

/** A client of the product's own, as administrator unless another token is given. */
export function connect(
  cluster: Pick<ClusterFacts, 'server' | 'caPem' | 'adminToken'>,
  token = cluster.adminToken,
): AsyncDisposable & { readonly client: Client; readonly transport: Transport } {
  const tls = { ca: cluster.caPem }
  const authorization = new Redacted(`Bearer ${token}`)
  const connection: Connection = {
    server: cluster.server,
    skipTlsVerify: false,
    headers: {},
    tls: () => Promise.resolve(tls),
    authorization: () => Promise.resolve(authorization),
  }
  const transport = createTransport(connection, { userAgent: 'keyferry-test' })
  return { client: createClient(transport), transport, [Symbol.asyncDispose]: () => transport.close() }
}
