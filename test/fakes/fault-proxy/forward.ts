import {
  type ClientRequest,
  Agent as HttpAgent,
  type IncomingMessage,
  type ServerResponse,
  request as sendHttp,
} from 'node:http'
import { Agent as HttpsAgent, request as sendHttps } from 'node:https'
import { sendEdited } from './edited-lines.ts'
import type { Fault } from './fault.ts'
import type { OpenRequest } from './proxied-request.ts'
import type { TcpFront } from './tcp-front.ts'

/** The server behind. */
export interface Upstream {
  /** `https://host:port` or `http://host:port` of the server behind. */
  readonly upstream: string
  /** The CA that signed the server's certificate; the proxy verifies it. */
  readonly upstreamCaPem?: string
}

/** Takes requests to the server behind and brings its answers, spoiled as told. */
export interface Forwarder {
  forward(
    request: OpenRequest,
    incoming: IncomingMessage,
    response: ServerResponse,
    fault: Fault,
    front: TcpFront,
  ): void
  close(): void
}

/** Keeps connections to the server alive until it is closed. */
export function createForwarder({ upstream, upstreamCaPem }: Upstream): Forwarder {
  const isTls = upstream.startsWith('https:')
  const agent = isTls
    ? new HttpsAgent({ keepAlive: true, ...(upstreamCaPem === undefined ? {} : { ca: upstreamCaPem }) })
    : new HttpAgent({ keepAlive: true })
  const send = isTls ? sendHttps : sendHttp
  return {
    forward(request, incoming, response, fault, front) {
      const go = () => {
        const outgoing = send(new URL(request.path, upstream), {
          method: request.method,
          headers: incoming.headers,
          agent,
        })
        join(outgoing, { request, incoming, response, fault, front })
      }
      if (fault.kind === 'delay') setTimeout(go, fault.ms)
      else go()
    },
    close: () => agent.destroy(),
  }
}

interface Exchange {
  readonly request: OpenRequest
  readonly incoming: IncomingMessage
  readonly response: ServerResponse
  readonly fault: Fault
  readonly front: TcpFront
}

function join(outgoing: ClientRequest, exchange: Exchange): void {
  const { incoming, response } = exchange
  // The client sees what the proxy sees: a server that is gone is a connection that breaks.
  outgoing.on('error', () => incoming.socket.destroy())
  response.once('close', () => outgoing.destroy())
  outgoing.on('response', (answer) => {
    sendAnswer(answer, exchange).catch(() => incoming.socket.destroy())
  })
  incoming.pipe(outgoing)
}

async function sendAnswer(answer: IncomingMessage, exchange: Exchange): Promise<void> {
  const { request, incoming, response, fault, front } = exchange
  const innerPort = incoming.socket.remotePort ?? 0
  const drop = () => front.resetOne(innerPort)
  if (fault.kind === 'reset') return drop()
  if (fault.kind === 'strike') return fault.act().finally(drop)
  request.status = answer.statusCode
  response.writeHead(answer.statusCode ?? 502, headersOf(answer, fault))
  response.flushHeaders()
  const write = async (bytes: Uint8Array) => {
    request.bytes += bytes.length
    // Called back with an error when the response is gone, which its own `close` has dealt with.
    await new Promise<void>((resolve) => response.write(bytes, () => resolve()))
  }
  const outlet = {
    write,
    end: () => response.end(),
    reset: drop,
    blackHole: () => front.freezeOne(innerPort),
  }
  if (fault.kind === 'lines') return sendEdited(answer, fault.edit, outlet)
  const size = fault.kind === 'split' ? fault.everyBytes : Number.POSITIVE_INFINITY
  for await (const chunk of answer) await sendSplit(chunk as Uint8Array, size, write)
  response.end()
}

/** Edited answers have another length. */
function headersOf(answer: IncomingMessage, fault: Fault) {
  const { 'content-length': length, connection: _, 'keep-alive': __, ...headers } = answer.headers
  return fault.kind === 'lines' || length === undefined ? headers : { ...headers, 'content-length': length }
}

async function sendSplit(
  chunk: Uint8Array,
  size: number,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < chunk.length; from += size) {
    await write(chunk.subarray(from, from + size))
    if (size < chunk.length) await new Promise((resolve) => setImmediate(resolve))
  }
}
