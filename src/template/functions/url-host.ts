import { isIPv6 } from 'node:net'
import { FunctionError } from '../error.ts'
import type { GoString } from '../value/value.ts'
import { unescapeUrl } from './url-escape.ts'

/** The host and port of a URL without escapes. Throws FunctionError for what is none. */
export function parseHost(text: GoString, scheme: GoString): GoString {
  const open = text.lastIndexOf('[')
  if (open > 0) throw new FunctionError('finds a bracket within the host of the URL')
  if (open === 0) return parseLiteral(text)
  // Databases list several hosts, each with its port; HTTP does not.
  const isHttp = scheme === 'http' || scheme === 'https'
  const colon = isHttp ? text.indexOf(':') : text.lastIndexOf(':')
  if (colon !== -1) checkPort(text.slice(colon))
  return unescapeUrl(text, 'host')
}

/** An IPv6 address in brackets; a zone begins with an escaped percent sign. */
function parseLiteral(text: GoString): GoString {
  const close = text.lastIndexOf(']')
  if (close === -1) throw new FunctionError('finds no end of the address in the URL')
  const port = text.slice(close + 1)
  checkPort(port)
  const name = text.slice(1, close)
  const zoneAt = name.indexOf('%25')
  const address =
    zoneAt === -1
      ? unescapeUrl(name, 'host')
      : unescapeUrl(name.slice(0, zoneAt), 'host') + unescapeUrl(name.slice(zoneAt), 'zone')
  checkAddress(address)
  return `[${address}]${unescapeUrl(port, 'host')}`
}

function checkAddress(address: GoString): void {
  const [ip = '', ...zones] = address.split('%')
  if (!isIPv6(ip) || (zones.join('%') === '') !== (zones.length === 0))
    throw new FunctionError('finds an address in the URL that is none of IPv6')
}

function checkPort(port: GoString): void {
  if (!isPort(port)) throw new FunctionError('finds a port in the URL that is no number')
}

function isPort(text: GoString): boolean {
  return /^(?::[0-9]*)?$/.test(text)
}

/** A host without its port, and without the brackets of an address. */
export function hostnameOf(host: GoString): GoString {
  const colon = host.lastIndexOf(':')
  const name = colon !== -1 && isPort(host.slice(colon)) ? host.slice(0, colon) : host
  return name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name
}
