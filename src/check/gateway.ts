import { isIP } from 'node:net'
import { failureAt } from '../net/network-failure.ts'
import { certificateVerdict } from './certificate.ts'
import { addressesOf, type Place, tryTcp, tryTls } from './connect.ts'
import { type CheckName, type Finding, ok, type Verdict } from './finding.ts'
import type { Leg, Legs } from './legs.ts'

/** A Gateway that stores name: a URL under a CA. */
export interface GatewayTarget extends Place {
  /** The CA that its stores name, and the field. */
  readonly ca?: { readonly pem: string; readonly path: string } | undefined
  /** It is reached through the proxy of HTTPS_PROXY. */
  readonly isProxied: boolean
  /** Finds the base path as the manager does. */
  readonly findBase: (signal: AbortSignal) => Promise<string>
  /** The clock of the Gateway, once the base is known. */
  readonly askClock: (base: string, signal: AbortSignal) => Promise<Verdict>
}

/** The way to a Gateway, and where it ends. */
export interface GatewayFindings {
  readonly findings: readonly Finding[]
  /** The leg that failed; stores behind it need not be tried. */
  readonly brokenAt?: CheckName
}

type Step = readonly [check: CheckName, leg: Leg | string]

/** Walks from the name of a Gateway to its API; what comes after a leg that failed is skipped. */
export async function checkGateway(target: GatewayTarget, legs: Legs): Promise<GatewayFindings> {
  const { host } = target.url
  const findings: Finding[] = []
  let brokenAt: CheckName | undefined
  for (const [check, leg] of stepsTo(target)) {
    const skip = brokenAt === undefined ? leg : `${brokenAt} failed`
    const finding =
      typeof skip === 'string' ? legs.skip(check, host, skip) : await legs.run(check, host, skip)
    findings.push(finding)
    if (finding.status === 'failed') brokenAt = check
  }
  return { findings, ...(brokenAt !== undefined && { brokenAt }) }
}

function stepsTo(target: GatewayTarget): readonly Step[] {
  let base = ''
  const search: Leg = async (signal) => {
    base = await target.findBase(signal)
    return ok(`the API answers at ${base}`)
  }
  return [
    ['dns', dnsOf(target)],
    ['tcp', tcpOf(target)],
    ['tls', tlsOf(target)],
    ['gateway', search],
    ['gateway-clock', (signal) => target.askClock(base, signal)],
  ]
}

const proxied = 'the way goes through the proxy of HTTPS_PROXY'

function dnsOf(target: GatewayTarget): Leg | string {
  if (target.isProxied) return proxied
  if (isIP(target.url.hostname) !== 0) return 'the URL holds an address'
  return async () =>
    ok(`its addresses are ${(await told(target, 'look up', addressesOf(target))).join(', ')}`)
}

function tcpOf(target: GatewayTarget): Leg | string {
  if (target.isProxied) return proxied
  return async (signal) => ok(`connected to ${await told(target, 'connect to', tryTcp(target, signal))}`)
}

function tlsOf(target: GatewayTarget): Leg | string {
  if (target.isProxied) return proxied
  if (target.url.origin.startsWith('http:')) return 'the URL is http'
  const { ca } = target
  return async (signal) => {
    const seen = await told(target, 'trust', tryTls(target, ca?.pem, signal))
    const trusted = ca === undefined ? 'the usual CAs' : `the CA of ${ca.path}`
    return certificateVerdict({ ...seen, trusted, nowMs: Date.now() })
  }
}

/** What the network threw, in the words that stores have it in. */
async function told<T>({ url }: GatewayTarget, what: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw failureAt(error, {
      at: `Cannot ${what} gateway "${url.host}"`,
      unreachable: 'GatewayUnreachable',
      trust: 'set caBundle or caProvider',
    })
  }
}
