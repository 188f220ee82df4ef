import type { LookupAddress } from 'node:dns'
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'

/** The files of the C library's resolver that matter beside the servers, which c-ares reads itself. */
export interface ResolverFiles {
  readonly hosts: string
  readonly resolvConf: string
}

export const systemFiles: ResolverFiles = { hosts: '/etc/hosts', resolvConf: '/etc/resolv.conf' }

/** The addresses that the hosts file gives a name; none when it does not know it. */
export function addressesInHosts(file: string, hostname: string): LookupAddress[] {
  const wanted = withoutDot(hostname)
  return linesOf(file).flatMap(([address = '', ...names]) => {
    const family = isIP(address)
    return family !== 0 && names.some((it) => withoutDot(it) === wanted) ? [{ address, family }] : []
  })
}

/**
 * The names to ask DNS for, in order: those of the search list come first for a name with fewer dots than `ndots`
 * (resolv.conf(5)), as short names of Services have.
 */
export function candidatesFor(hostname: string, file: string): string[] {
  if (hostname.endsWith('.')) return [hostname]
  const { search, ndots } = settingsIn(file)
  const searched = search.map((it) => `${hostname}.${it}`)
  const dots = hostname.split('.').length - 1
  return dots >= ndots ? [hostname, ...searched] : [...searched, hostname]
}

function settingsIn(file: string): { search: readonly string[]; ndots: number } {
  let search: readonly string[] = []
  let ndots = 1
  for (const [keyword, ...values] of linesOf(file)) {
    // The last of several lines counts.
    if (keyword === 'search' || keyword === 'domain')
      search = values.map(withoutDot).filter((it) => it !== '')
    if (keyword !== 'options') continue
    const found = values.findLast((it) => /^ndots:\d{1,2}$/.test(it))
    ndots = found === undefined ? ndots : Math.min(Number(found.slice(6)), 15)
  }
  return { search, ndots }
}

/** The words of each line, without comments. Read in place: a thread of the pool may be long in coming. */
function linesOf(file: string): string[][] {
  return textOf(file)
    .split('\n')
    .map((line) => line.replace(/[#;].*$/, '').trim())
    .filter((line) => line !== '')
    .map((line) => line.split(/\s+/))
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function withoutDot(name: string): string {
  return name.toLowerCase().replace(/\.$/, '')
}
