import { isInNetwork } from '../std/cidr.ts'
import { Failure } from '../std/failure.ts'
import { Redacted } from '../std/redacted.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The proxy that HTTPS_PROXY (or HTTP_PROXY for http) and NO_PROXY name for a server, by the rules of Go's
 * net/http and curl: loopback is never proxied; NO_PROXY holds hosts, domains with what is below them, addresses,
 * CIDR blocks, `host:port` and `*`. Throws Failure `InvalidProxy`, which does not show the proxy.
 */
export function proxyFor(server: URL, env: Environment): Redacted | undefined {
  const name = server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY'
  const proxy = told(env, name)
  if (proxy === '') return undefined
  if (isLoopback(server.hostname)) return undefined
  const excluded = told(env, 'NO_PROXY')
    .split(',')
    .map((it) => it.trim().toLowerCase())
  return excluded.some((it) => it !== '' && matches(it, server)) ? undefined : checked(proxy, name)
}

/** Taken for a host name, `socks5` would be told as one that does not resolve, of the API server. */
function checked(proxy: string, name: string): Redacted {
  const url = proxy.includes('://') ? proxy : `http://${proxy}`
  if (/^https?:\/\//.test(url) && URL.canParse(url)) return new Redacted(url)
  const message = `Cannot use the proxy of ${name}: it is no http:// or https:// URL; correct it, or name the server in NO_PROXY`
  throw new Failure('InvalidProxy', message, { userMustAct: true })
}

/** An empty one counts as not set, as in Go: images often hold one of the two spellings so. */
function told(env: Environment, name: string): string {
  return env[name] || env[name.toLowerCase()] || ''
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

function matches(entry: string, server: URL): boolean {
  if (entry === '*') return true
  const host = bare(server.hostname)
  if (entry.includes('/')) return isInNetwork(host, entry)
  const [, name = entry, port] = /^(.*?)(?::(\d+))?$/.exec(entry.replace(/^\*?\./, '.')) ?? []
  if (port !== undefined && port !== (server.port === '' ? '443' : server.port)) return entry === host
  return host === bare(name) || host.endsWith(name.startsWith('.') ? name : `.${name}`)
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '')
}
