import { isIP } from 'node:net'
import { failure } from '../api/reason.ts'
import type { Failure } from '../std/failure.ts'
import { classOf } from './address.ts'

/** Where user-given URLs may lead (design section 7, S9). */
export interface UrlRules {
  /** Permits loopback addresses, and http to them; for development and tests. */
  readonly insecureLocalEndpoints: boolean
  /** Host names that servers may have, `*.` for any one below; absent is any. */
  readonly allowedHosts?: readonly string[] | undefined
  /** Names and addresses of the API server: no server of others is there. */
  readonly apiServerHosts: readonly string[]
}

/** How URLs of one kind are told of in messages. */
export interface UrlWords {
  /** Where the URL stands: `spec.provider.akeyless.akeylessGWApiURL`. */
  readonly path: string
  /** What the server is: `gateway`. */
  readonly server: string
  /** What to name in place of the API server: `the address of an Akeyless Gateway`. */
  readonly instead: string
  /** The flag that holds the allowed hosts. */
  readonly hostsFlag: string
}

/** A URL that keeps the rules as far as they can be told without DNS. */
export interface ServerUrl {
  readonly origin: string
  /** Host and port, for messages. */
  readonly host: string
  readonly hostname: string
  /** The path as given, without a slash at its end; empty for none. */
  readonly path: string
  /** The query with its question mark; empty for none. */
  readonly search: string
  readonly words: UrlWords
}

export interface ParseUrlOptions {
  readonly rules: UrlRules
  readonly words: UrlWords
  /** Lets the URL have a query. */
  readonly mayHaveQuery?: boolean
}

const clusterNames = /^kubernetes(\.default(\.svc(\..+)?)?)?$/

/** Reads a URL that a user wrote; throws InvalidSpec that says which rule it breaks, and shows nothing but the host. */
export function parseServerUrl(text: string, options: ParseUrlOptions): ServerUrl {
  const { words } = options
  const url = URL.parse(text)
  if (url === null) throw refused(words, 'it is not a URL; write it as https://HOST:PORT/PATH')
  const hostname = url.hostname
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^\[(.*)\]$/, '$1')
  refuseForm(url, options)
  refuseHost(hostname, url, options)
  const path = url.pathname.replace(/\/+$/, '')
  return { origin: url.origin, host: url.host, hostname, path, search: url.search, words }
}

function refuseForm(url: URL, { words, mayHaveQuery = false }: ParseUrlOptions): void {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refused(words, 'its scheme is not https')
  if (url.hostname === '') throw refused(words, 'it has no host')
  if (url.username !== '' || url.password !== '')
    throw refused(words, 'it holds a user name or password; take them out')
  if (url.hash !== '' || (url.search !== '' && !mayHaveQuery))
    throw refused(words, 'it has a query or fragment; take it off')
}

function refuseHost(hostname: string, url: URL, { words, rules }: ParseUrlOptions): void {
  if (!isAllowed(hostname, rules)) {
    const why = `host "${url.host}" is not one of ${words.hostsFlag}; use one of them or have it added`
    throw refused(words, why)
  }
  if (url.protocol === 'http:' && !rules.insecureLocalEndpoints)
    throw refused(words, `the scheme for "${url.host}" is http; use https`)
  if (clusterNames.test(hostname) || rules.apiServerHosts.includes(hostname))
    throw refused(words, `host "${url.host}" is the API server; use ${words.instead}`)
  const { host, origin } = url
  if (isIP(hostname) !== 0) refuseAddress(hostname, { host, origin, words }, rules)
}

function isAllowed(hostname: string, { allowedHosts }: UrlRules): boolean {
  if (allowedHosts === undefined) return true
  return allowedHosts.some((it) =>
    it.startsWith('*.') ? hostname.endsWith(it.slice(1).toLowerCase()) : hostname === it.toLowerCase(),
  )
}

/**
 * Throws InvalidSpec when a server has an address that none may have. With insecureLocalEndpoints loopback is
 * permitted, whatever else is there, and http leads nowhere else.
 */
export function refuseAddress(
  address: string,
  { host, origin, words }: Pick<ServerUrl, 'host' | 'origin' | 'words'>,
  rules: UrlRules,
): void {
  const found = classOf(address, rules.apiServerHosts)
  if (found === 'loopback' && rules.insecureLocalEndpoints) return
  if (found !== undefined) throw refused(words, `host "${host}" has the ${found} address ${address}`)
  if (origin.startsWith('http:'))
    throw refused(words, `the scheme for "${host}" is http and its address is not loopback; use https`)
}

function refused({ path }: UrlWords, why: string): Failure {
  return failure('InvalidSpec', `Cannot use ${path}: ${why}`)
}
