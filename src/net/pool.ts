import { type Dispatcher, EnvHttpProxyAgent } from 'undici'
import { gated, type MayGo } from './gated.ts'
import { guardedLookup } from './lookup.ts'
import { isInUnproxiedNet } from './no-proxy.ts'
import { ProxyPool } from './proxy-pool.ts'
import type { Resolve } from './resolve.ts'
import type { ServerUrl, UrlRules } from './server-url.ts'

export interface PoolOptions {
  readonly url: ServerUrl
  readonly rules: UrlRules
  /** PEM of the CAs to trust instead of the usual ones. */
  readonly caPem: string | undefined
  readonly connections: number
  readonly connectTimeoutMs: number
  /** A connection that nobody uses is closed after this time, whatever the server offers. */
  readonly idleTimeoutMs: number
  readonly resolve?: Resolve | undefined
  /** More of the TLS connection to the server: a client certificate, a name, a least version. */
  readonly tls?: PoolTls | undefined
  /** Whether this process may still act, asked before each request; requests throw KeptBack when it may not. */
  readonly mayGo?: MayGo | undefined
}

/** What a connection may say of TLS beside its CA, as Node's tls.connect takes it. */
export interface PoolTls {
  readonly cert?: string
  readonly key?: string
  readonly servername?: string
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3'
  /** False takes any certificate; true unless said otherwise. */
  readonly rejectUnauthorized?: boolean
}

/**
 * Keep-alive connections to one server: HTTP/1.1, its own CA, and the proxy of HTTPS_PROXY, HTTP_PROXY and NO_PROXY.
 * Names are judged after resolution; behind a proxy that is the proxy's to do, for it resolves them.
 */
export function createPool(options: PoolOptions): Dispatcher {
  const { url, rules, caPem, connections, connectTimeoutMs: timeout, idleTimeoutMs, resolve } = options
  // Said outright: an environment variable of Node would switch verification off for the whole process.
  const tls = { timeout, rejectUnauthorized: true, ...(caPem !== undefined && { ca: caPem }), ...options.tls }
  const pool = new EnvHttpProxyAgent({
    ...(isInUnproxiedNet(url.hostname) && { noProxy: '*' }),
    allowH2: false,
    connections,
    pipelining: 1,
    keepAliveTimeout: idleTimeoutMs,
    keepAliveMaxTimeout: idleTimeoutMs,
    connect: { ...tls, lookup: guardedLookup(url, rules, resolve) },
    requestTls: tls,
    proxyTls: { timeout, rejectUnauthorized: true },
    clientFactory: (proxy: URL, of: object) => new ProxyPool({ proxy, url, timeoutMs: timeout }, of),
  })
  return options.mayGo === undefined ? pool : gated(pool, options.mayGo)
}
