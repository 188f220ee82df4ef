import { isIP } from 'node:net'
import { failure } from '../api/reason.ts'
import type { Failure } from '../std/failure.ts'
import { classOf } from './address.ts'

/** Where user-given URLs may lead (design section 7, S9). */
export interface UrlRules {
  /** Permits loopback addresses, and http to them; for development and tests. */
  readonly insecureLocalEndpoints: boolean
  /** Host names that Gateways may have, `*.` for any one below; absent is any. */
  readonly allowedGatewayHosts?: readonly string[] | undefined
  /** Names and addresses of the API server: no Gateway is there. */
  readonly apiServerHosts: readonly string[]
}

/** A Gateway URL that keeps the rules as far as they can be told without DNS. */
export interface GatewayUrl {
  readonly origin: string
  /** Host and port, for messages. */
  readonly host: string
  readonly hostname: string
  /** The path as given, without a slash at its end; empty for none. */
  readonly path: string
  readonly isPublic: boolean
}

export const gatewayUrlPath = 'spec.provider.akeyless.akeylessGWApiURL'

const publicService = 'https://api.akeyless.io'
const publicHost = /^api(\.[a-z0-9-]+)?\.akeyless\.io$/
const clusterNames = /^kubernetes(\.default(\.svc(\..+)?)?)?$/

/** Reads the URL of a store; throws InvalidSpec that says which rule it breaks, and shows nothing but the host. */
export function parseGatewayUrl(text: string, rules: UrlRules): GatewayUrl {
  const url = URL.parse(text === '' ? publicService : text)
  if (url === null) throw refused('it is not a URL; write it as https://HOST:PORT/PATH')
  const hostname = url.hostname
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^\[(.*)\]$/, '$1')
  refuseForm(url)
  refuseHost(hostname, url, rules)
  const [origin, path] = [url.origin, url.pathname.replace(/\/+$/, '')]
  return { origin, host: url.host, hostname, path, isPublic: publicHost.test(hostname) }
}

function refuseForm(url: URL): void {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refused('its scheme is not https')
  if (url.hostname === '') throw refused('it has no host')
  if (url.username !== '' || url.password !== '')
    throw refused('it holds a user name or password; take them out')
  if (url.hash !== '' || url.search !== '') throw refused('it has a query or fragment; take it off')
}

function refuseHost(hostname: string, url: URL, rules: UrlRules): void {
  if (!isAllowed(hostname, rules)) {
    throw refused(
      `host "${url.host}" is not one of --allowed-gateway-hosts; use one of them or have it added`,
    )
  }
  if (url.protocol === 'http:' && !rules.insecureLocalEndpoints) {
    throw refused(`the scheme for "${url.host}" is http; use https`)
  }
  if (clusterNames.test(hostname) || rules.apiServerHosts.includes(hostname)) {
    throw refused(`host "${url.host}" is the API server; use the address of an Akeyless Gateway`)
  }
  if (isIP(hostname) !== 0) refuseAddress(hostname, url.host, url.protocol === 'http:', rules)
}

function isAllowed(hostname: string, { allowedGatewayHosts }: UrlRules): boolean {
  if (allowedGatewayHosts === undefined) return true
  return allowedGatewayHosts.some((it) =>
    it.startsWith('*.') ? hostname.endsWith(it.slice(1).toLowerCase()) : hostname === it.toLowerCase(),
  )
}

/**
 * Throws InvalidSpec when a Gateway has an address that no Gateway may have. With insecureLocalEndpoints loopback is
 * permitted, whatever else is there, and http leads nowhere else.
 */
export function refuseAddress(address: string, host: string, isHttp: boolean, rules: UrlRules): void {
  const found = classOf(address, rules.apiServerHosts)
  if (found === 'loopback' && rules.insecureLocalEndpoints) return
  if (found !== undefined) throw refused(`host "${host}" has the ${found} address ${address}`)
  if (isHttp) throw refused(`the scheme for "${host}" is http and its address is not loopback; use https`)
}

function refused(why: string): Failure {
  return failure('InvalidSpec', `Cannot use ${gatewayUrlPath}: ${why}`)
}
