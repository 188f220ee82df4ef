import { BlockList, isIP } from 'node:net'

/** Whether an IP address is in a network such as `10.0.0.0/8` or `fd00::/8`; false where either is none. */
export function isInNetwork(address: string, network: string): boolean {
  const [base = '', prefix = ''] = network.split('/')
  const version = isIP(address)
  const longest = version === 4 ? 32 : 128
  if (version === 0 || isIP(base) !== version || !/^\d{1,3}$/.test(prefix) || Number(prefix) > longest)
    return false
  const family = version === 4 ? 'ipv4' : 'ipv6'
  const list = new BlockList()
  list.addSubnet(base, Number(prefix), family)
  return list.check(address, family)
}
