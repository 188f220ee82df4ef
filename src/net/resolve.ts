import { type LookupAddress, promises } from 'node:dns'
import { callbackify } from 'node:util'
import { SharedWork } from '../std/shared-work.ts'
import { addressesInHosts, candidatesFor, type ResolverFiles, systemFiles } from './resolver-files.ts'

export interface ResolveOptions {
  /** Addresses of DNS servers; those of the system unless a test has its own. */
  readonly servers?: readonly string[]
  readonly files?: ResolverFiles
  /** The whole time of one lookup; below the time that a connection may take, or the cause would not be told. */
  readonly timeoutMs?: number
}

const forever = new AbortController().signal

/** Resolves a name to all its addresses, as `dns.lookup` with `all`. */
export type Resolve = (
  hostname: string,
  options: { all: true; family?: number },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

/**
 * Resolves names by the hosts file, the search list and DNS, as the C library does, but not with it: its lookups hold
 * one of the few threads of the process each, for as long as a DNS server is silent, and a few stores with dead names
 * would then hold up every other one (and files, and cryptography). Lookups of one name at a time are one.
 */
export function createResolve(options: ResolveOptions = {}): Resolve {
  const running = new SharedWork<LookupAddress[]>()
  const find = callbackify(async (hostname: string, family: number | undefined) =>
    familyOf(await running.join(hostname, () => addressesOf(hostname, options), forever), family),
  )
  return (hostname, { family }, callback) => {
    find(hostname, family, (error: NodeJS.ErrnoException | null, found) =>
      error === null ? callback(null, found) : callback(asError(error), []),
    )
  }
}

function familyOf(found: LookupAddress[], family: number | undefined): LookupAddress[] {
  return family === 4 || family === 6 ? found.filter((it) => it.family === family) : found
}

async function addressesOf(hostname: string, options: ResolveOptions): Promise<LookupAddress[]> {
  const { files = systemFiles, timeoutMs = 4000 } = options
  const known = addressesInHosts(files.hosts, hostname)
  if (known.length > 0) return known
  const endsAtMs = performance.now() + timeoutMs
  let worst: NodeJS.ErrnoException | undefined
  for (const name of candidatesFor(hostname, files.resolvConf)) {
    const found = await ask(name, options.servers, endsAtMs - performance.now())
    if (found.addresses.length > 0) return found.addresses
    if (worst === undefined || isAbsence(worst)) worst = found.error
    // A server that is silent for one name is so for the next.
    if (found.error.code === 'ETIMEOUT') break
  }
  throw worst ?? coded('ENOTFOUND')
}

interface Found {
  readonly addresses: LookupAddress[]
  readonly error: NodeJS.ErrnoException
}

/** Both families are asked for at once; what one of them gives is enough. IPv4 first, for most clusters have no other. */
async function ask(name: string, servers: readonly string[] | undefined, leftMs: number): Promise<Found> {
  const resolver = new promises.Resolver({ timeout: Math.max(Math.ceil(leftMs / 3), 1), tries: 2 })
  if (servers !== undefined) resolver.setServers([...servers])
  const timer = setTimeout(() => resolver.cancel(), Math.max(leftMs, 0))
  const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)])
  clearTimeout(timer)
  const addresses = answers.flatMap((it, index) =>
    it.status === 'fulfilled' ? it.value.map((address) => ({ address, family: index === 0 ? 4 : 6 })) : [],
  )
  const errors = answers.flatMap((it) => (it.status === 'rejected' ? asError(it.reason) : []))
  return { addresses, error: errors.find((it) => !isAbsence(it)) ?? errors[0] ?? coded('ENOTFOUND') }
}

/** Whether DNS answered that there is no such name or address. */
function isAbsence({ code }: NodeJS.ErrnoException): boolean {
  return code === 'ENOTFOUND' || code === 'ENODATA'
}

/** Codes of c-ares that mean something else for a socket, or nothing, are told in its other words. */
function asError(error: unknown): NodeJS.ErrnoException {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ECANCELLED' || code === 'ETIMEOUT') return coded('ETIMEOUT')
  return coded(code === 'ENOTFOUND' || code === 'ENODATA' ? code : 'ESERVFAIL')
}

function coded(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error('the name does not resolve'), { code })
}
