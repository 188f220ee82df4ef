import { BlockList, isIP } from 'node:net'

/** Why an address may not be connected to. */
export type AddressClass = 'loopback' | 'link-local' | 'metadata' | 'unspecified' | 'multicast' | 'API server'

const ranges: readonly (readonly [AddressClass, string, number])[] = [
  ['metadata', '169.254.169.254', 32],
  ['metadata', '168.63.129.16', 32],
  ['metadata', '100.100.100.200', 32],
  ['metadata', '192.0.0.192', 32],
  // Metadata, and the credentials of EKS Pod Identity and ECS beside it.
  ['metadata', 'fd00:ec2::', 32],
  ['metadata', 'fd20:ce::254', 128],
  ['loopback', '127.0.0.0', 8],
  ['loopback', '::1', 128],
  ['link-local', '169.254.0.0', 16],
  ['link-local', 'fe80::', 10],
  ['unspecified', '0.0.0.0', 8],
  ['unspecified', '::', 128],
  ['multicast', '224.0.0.0', 3],
  ['multicast', 'ff00::', 8],
]

const lists = ranges.map(([name, address, prefix]) => {
  const list = new BlockList()
  list.addSubnet(address, prefix, familyOf(address))
  return { name, list }
})

/** The class of an IP address that URLs of users must not reach, or undefined for one that they may. */
export function classOf(address: string, apiServers: readonly string[] = []): AddressClass | undefined {
  const [plain] = address.split('%')
  const inner = embeddedIPv4(plain ?? '') ?? plain ?? ''
  const found = lists.find(({ list }) => list.check(inner, familyOf(inner)))
  if (found !== undefined) return found.name
  return apiServers.some((it) => isSame(it, inner)) ? 'API server' : undefined
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ipv4'
}

function isSame(a: string, b: string): boolean {
  if (isIP(a) === 0) return false
  const list = new BlockList()
  list.addAddress(a, familyOf(a))
  return list.check(b, familyOf(b))
}

/** The IPv4 address inside a mapped, translated, compatible, NAT64 (RFC 6052, RFC 8215) or 6to4 (RFC 3056) one. */
function embeddedIPv4(address: string): string | undefined {
  if (isIP(address) !== 6) return undefined
  const words = wordsOf(address)
  const head = words.slice(0, 6).join(':')
  if (words[0] === '2002') return dotted(words[1], words[2])
  const isMapped = head === '0:0:0:0:0:ffff' || head === '0:0:0:0:ffff:0' || head.startsWith('64:ff9b:')
  const isCompatible = head === '0:0:0:0:0:0' && words[6] !== '0'
  return isMapped || isCompatible ? dotted(words[6], words[7]) : undefined
}

/** The eight words of an IPv6 address, as URL writes them: `::` filled in, no leading zeros, no dotted tail. */
function wordsOf(address: string): readonly string[] {
  const [left = '', right] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const before = left === '' ? [] : left.split(':')
  const after = right === undefined || right === '' ? [] : right.split(':')
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => '0'), ...after]
}

function dotted(high = '0', low = '0'): string {
  const bits = (Number.parseInt(high, 16) << 16) | Number.parseInt(low, 16)
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.')
}
