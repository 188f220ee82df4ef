import { Redacted } from '../std/redacted.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The proxy that HTTPS_PROXY (or HTTP_PROXY for http) and NO_PROXY name for a server, by the rules of Go's
 * net/http and curl: loopback is never proxied; NO_PROXY holds hosts, domains with what is below them, addresses,
 * IPv4 CIDR blocks, `host:port` and `*`.
 */
export function proxyFor(server: URL, env: Environment): Redacted | undefined {
  const name = server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY'
  const proxy = env[name] ?? env[name.toLowerCase()]
  if (proxy === undefined || proxy === '') return undefined
  const url = /^https?:\/\//.test(proxy) ? proxy : `http://${proxy}`
  if (!URL.canParse(url) || isLoopback(server.hostname)) return undefined
  const excluded = (env['NO_PROXY'] ?? env['no_proxy'] ?? '').split(',').map((it) => it.trim().toLowerCase())
  return excluded.some((it) => it !== '' && matches(it, server)) ? undefined : new Redacted(url)
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

function matches(entry: string, server: URL): boolean {
  if (entry === '*') return true
  const host = server.hostname.replace(/^\[|\]$/g, '')
  if (entry.includes('/')) return isInBlock(host, entry)
  const [, name = entry, port] = /^(.*?)(?::(\d+))?$/.exec(entry.replace(/^\*?\./, '.')) ?? []
  if (port !== undefined && port !== (server.port === '' ? '443' : server.port)) return entry === host
  return host === name || host.endsWith(name.startsWith('.') ? name : `.${name}`)
}

function isInBlock(host: string, block: string): boolean {
  const [network = '', bits = ''] = block.split('/')
  const [a, b] = [ipv4(host), ipv4(network)]
  const length = Number(bits)
  if (a === undefined || b === undefined || !(length >= 0 && length <= 32)) return false
  const size = 2 ** (32 - length)
  return Math.floor(a / size) === Math.floor(b / size)
}

function ipv4(text: string): number | undefined {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return undefined
  let sum = 0
  for (const part of text.split('.')) sum = sum * 256 + Number(part)
  return sum
}
