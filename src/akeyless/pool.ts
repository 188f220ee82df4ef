import { type Dispatcher, EnvHttpProxyAgent } from 'undici'
import type { GatewayUrl, UrlRules } from './gateway-url.ts'
import { guardedLookup } from './lookup.ts'
import { ProxyPool } from './proxy-pool.ts'
import type { Resolve } from './resolve.ts'

export interface PoolOptions {
  readonly url: GatewayUrl
  readonly rules: UrlRules
  /** PEM of the CAs to trust instead of the usual ones. */
  readonly caPem: string | undefined
  readonly connections: number
  readonly connectTimeoutMs: number
  /** A connection that nobody uses is closed after this time, whatever the server offers. */
  readonly idleTimeoutMs: number
  readonly resolve?: Resolve | undefined
}

/**
 * Keep-alive connections to one Gateway: HTTP/1.1, its own CA, and the proxy of HTTPS_PROXY, HTTP_PROXY and NO_PROXY.
 * Names are judged after resolution; behind a proxy that is the proxy's to do, for it resolves them.
 */
export function createPool(options: PoolOptions): Dispatcher {
  const { url, rules, caPem, connections, connectTimeoutMs: timeout, idleTimeoutMs, resolve } = options
  // Said outright: an environment variable of Node would switch verification off for the whole process.
  const tls = { timeout, rejectUnauthorized: true, ...(caPem !== undefined && { ca: caPem }) }
  return new EnvHttpProxyAgent({
    allowH2: false,
    connections,
    pipelining: 1,
    keepAliveTimeout: idleTimeoutMs,
    keepAliveMaxTimeout: idleTimeoutMs,
    connect: { ...tls, lookup: guardedLookup(url, rules, resolve) },
    requestTls: tls,
    proxyTls: { timeout, rejectUnauthorized: true },
    clientFactory: (proxy: URL, pool: object) =>
      new ProxyPool({ proxy, host: url.host, timeoutMs: timeout }, pool),
  })
}
