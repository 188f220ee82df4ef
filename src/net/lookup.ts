import type { LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { createResolve, type Resolve } from './resolve.ts'
import { refuseAddress, type ServerUrl, type UrlRules } from './server-url.ts'

const resolveBySystem: Resolve = createResolve()

/**
 * A lookup for the sockets to one server. It judges the very addresses that the socket then connects to, so that a
 * name cannot be resolved to one address for the check and to another for the connection (DNS rebinding).
 */
export function guardedLookup(
  url: ServerUrl,
  rules: UrlRules,
  resolve: Resolve = resolveBySystem,
): LookupFunction {
  return (hostname, { family, all }, callback) => {
    resolve(hostname, { all: true, ...(typeof family === 'number' && { family }) }, (error, addresses) => {
      const problem = error ?? problemOf(addresses, (address) => refuseAddress(address, url, rules))
      const [first] = addresses ?? []
      if (problem !== undefined) callback(problem, '')
      else if (all === true) callback(null, addresses)
      else callback(null, first?.address ?? '', first?.family)
    })
  }
}

/** One bad address spoils the name: which one the socket would take is not ours to say. */
function problemOf(
  addresses: readonly LookupAddress[],
  refuse: (address: string) => void,
): Error | undefined {
  try {
    for (const { address } of addresses) refuse(address)
    return addresses.length === 0 ? Object.assign(new Error('no address'), { code: 'ENOTFOUND' }) : undefined
  } catch (error) {
    return error instanceof Error ? error : new Error('address refused')
  }
}
