import { isInNetwork } from '../std/cidr.ts'

/**
 * Whether a host is an address in one of the networks (`10.0.0.0/8`, `fd00::/8`) of NO_PROXY, which undici does not
 * read there; names are never resolved for it, as in Go. Reads the environment as undici does, the small letters first.
 */
export function isInUnproxiedNet(hostname: string, env = process.env): boolean {
  const nets = (env['no_proxy'] ?? env['NO_PROXY'] ?? '').split(/[,\s]+/)
  return nets.some((it) => isInNetwork(hostname, it))
}
