import { BlockList, isIP } from 'node:net'

/**
 * Whether a host is an address in one of the networks (`10.0.0.0/8`, `fd00::/8`) of NO_PROXY, which undici does not
 * read there; names are never resolved for it, as in Go. Reads the environment as undici does, the small letters first.
 */
export function isInUnproxiedNet(hostname: string, env = process.env): boolean {
  const family = familyOf(hostname)
  if (family === undefined) return false
  const nets = (env['no_proxy'] ?? env['NO_PROXY'] ?? '').split(/[,\s]+/)
  return nets.some((it) => holds(it, hostname, family))
}

function holds(net: string, address: string, family: 'ipv4' | 'ipv6'): boolean {
  const [base = '', prefix = ''] = net.split('/')
  const bits = Number(prefix)
  const most = family === 'ipv4' ? 32 : 128
  if (familyOf(base) !== family || !/^\d{1,3}$/.test(prefix) || bits > most) return false
  const list = new BlockList()
  list.addSubnet(base, bits, family)
  return list.check(address, family)
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(address)
  if (version === 0) return undefined
  return version === 4 ? 'ipv4' : 'ipv6'
}
