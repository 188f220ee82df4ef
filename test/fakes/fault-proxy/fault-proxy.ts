import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeAuthority, makeServingCertificate } from '../../cluster/certificates.ts'
import { type Fault, pass } from './fault.ts'
import { createForwarder, type Forwarder, type Upstream } from './forward.ts'
import type { OpenRequest, ProxiedRequest } from './proxied-request.ts'
import { startTcpFront, type TcpFront } from './tcp-front.ts'

interface RuleOptions {
  /** The rule lets so many matching requests pass before it bites. */
  readonly skip?: number
  /** The rule bites so often, then it is gone; without end when absent. */
  readonly times?: number
}

/** A server between a client and an API server, that does what it is told to requests and connections. */
export interface FaultProxy extends AsyncDisposable {
  /** `https://127.0.0.1:PORT`, or `http:` when the server behind is. */
  readonly url: string
  /** The proxy's own CA, made for this test; empty for `http:`. */
  readonly caPem: string
  readonly requests: readonly ProxiedRequest[]
  /** From now on matching requests meet this fault; the latest rule that matches counts. Gives what removes it. */
  on(matches: (request: ProxiedRequest) => boolean, fault: Fault, options?: RuleOptions): () => void
  /** Black-holes every connection, also new ones, until `thaw`. */
  freeze(): void
  thaw(): void
  resetAll(): void
  /** New connections are refused (ECONNREFUSED) until `accept`. */
  refuse(): Promise<void>
  accept(): Promise<void>
  close(): Promise<void>
}

interface Rule {
  readonly matches: (request: ProxiedRequest) => boolean
  readonly fault: Fault
  skip: number
  times: number
}

/** Starts a proxy on a free loopback port, with a certificate of its own when the server behind speaks TLS. */
export async function startFaultProxy(options: Upstream): Promise<FaultProxy> {
  const isTls = options.upstream.startsWith('https:')
  const identity = isTls ? await makeIdentity() : undefined
  const requests: OpenRequest[] = []
  const rules: Rule[] = []
  const forwarder = createForwarder(options)
  let front: TcpFront | undefined
  const onRequest = (incoming: IncomingMessage, response: ServerResponse) => {
    const request = recordOf(incoming, requests)
    if (front !== undefined)
      serve({ request, incoming, response, fault: faultOf(rules, request), forwarder, front })
  }
  const inner =
    identity === undefined ? createHttpServer(onRequest) : createHttpsServer(identity.options, onRequest)
  inner.listen(0, '127.0.0.1')
  await once(inner, 'listening')
  front = await startTcpFront((inner.address() as AddressInfo).port)
  const { port, freeze, thaw, resetAll, refuse, accept } = front
  const close = async () => {
    forwarder.close()
    await front?.close()
    inner.closeAllConnections()
    inner.close()
    await once(inner, 'close')
  }
  return {
    url: `${isTls ? 'https' : 'http'}://127.0.0.1:${port}`,
    caPem: identity?.caPem ?? '',
    requests,
    on: (matches, fault, options = {}) => addRule(rules, matches, fault, options),
    freeze,
    thaw,
    resetAll,
    refuse,
    accept,
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function makeIdentity(): Promise<{ options: ServerOptions; caPem: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'keyferry-proxy-'))
  try {
    await makeAuthority(directory)
    await makeServingCertificate(directory, 'proxy', ['IP:127.0.0.1', 'DNS:localhost'])
    const read = (name: string) => readFile(join(directory, name), 'utf8')
    const [cert, key, caPem] = await Promise.all([read('proxy.crt'), read('proxy.key'), read('ca.crt')])
    return { options: { cert, key }, caPem }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function recordOf(incoming: IncomingMessage, requests: OpenRequest[]): OpenRequest {
  const { method = 'GET', url: path = '/' } = incoming
  const isWatch = /[?&]watch=(1|true)(&|$)/.test(path)
  const request = { index: requests.length, method, path, isWatch, status: undefined, bytes: 0, ended: false }
  requests.push(request)
  return request
}

function addRule(
  rules: Rule[],
  matches: Rule['matches'],
  fault: Fault,
  { skip = 0, times = Number.POSITIVE_INFINITY }: RuleOptions,
): () => void {
  const rule = { matches, fault, skip, times }
  rules.unshift(rule)
  return () => void rules.splice(rules.indexOf(rule), rules.includes(rule) ? 1 : 0)
}

function faultOf(rules: readonly Rule[], request: ProxiedRequest): Fault {
  for (const rule of rules) {
    if (rule.times <= 0 || !rule.matches(request)) continue
    if (rule.skip > 0) {
      rule.skip -= 1
      continue
    }
    rule.times -= 1
    return rule.fault
  }
  return pass
}

interface Exchange {
  readonly request: OpenRequest
  readonly incoming: IncomingMessage
  readonly response: ServerResponse
  readonly fault: Fault
  readonly forwarder: Forwarder
  readonly front: TcpFront
}

function serve({ request, incoming, response, fault, forwarder, front }: Exchange): void {
  const innerPort = incoming.socket.remotePort ?? 0
  response.once('close', () => {
    request.ended = true
  })
  if (fault.kind === 'answer') {
    request.status = fault.status
    request.bytes = Buffer.byteLength(fault.body)
    response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers }).end(fault.body)
  } else if (fault.kind === 'blackHole') {
    front.freezeOne(innerPort)
  } else if (fault.kind === 'reset' && fault.when === 'before') {
    front.resetOne(innerPort)
  } else if (fault.kind === 'strike' && fault.when === 'before') {
    void fault.act().finally(() => front.resetOne(innerPort))
  } else {
    forwarder.forward(request, incoming, response, fault, front)
  }
}
