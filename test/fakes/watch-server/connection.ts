import type { Connection } from '../../../src/kube/connection.ts'
import type { Transport } from '../../../src/kube/transport.ts'
import { createTransport } from '../../../src/kube/transport-undici.ts'
import { Redacted } from '../../../src/std/redacted.ts'

/** The product's own transport to a server of a test, which trusts only `caPem` and sends only `token`. */
export function transportTo(server: string, identity: { caPem?: string; token?: string } = {}): Transport {
  const material = { ca: identity.caPem }
  const bearer = identity.token === undefined ? undefined : new Redacted(`Bearer ${identity.token}`)
  const connection: Connection = {
    server,
    skipTlsVerify: false,
    headers: {},
    tls: () => Promise.resolve(material),
    authorization: () => Promise.resolve(bearer),
  }
  return createTransport(connection, { userAgent: 'keyferry/test' })
}
