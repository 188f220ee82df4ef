import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type Server as HttpsServer } from 'node:https'
import type { AddressInfo, Server as NetServer } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Log } from '../std/log.ts'
import type { TlsSource } from './reread-tls.ts'

/** An answer to a GET. */
export interface Page {
  readonly status: number
  readonly contentType?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Parts are made one after the other, as the other side takes them. */
  readonly body: string | AsyncIterable<string>
}

/** Who asks. */
export interface Caller {
  readonly authorization: string | undefined
  /** The other end of the connection. */
  readonly address: string
}

/** Answers GET and HEAD of one path; what it throws becomes a bare 500. */
export type Handler = (query: URLSearchParams, caller: Caller) => Page | Promise<Page>

/** Where a server listens; an empty host is every interface. */
export interface BindAddress {
  readonly host: string
  readonly port: number
}

/** `:8080`, `127.0.0.1:8080`, `[::1]:8080`; undefined for `0` and `:0`, which switch a server off. Throws RangeError. */
export function parseBindAddress(text: string): BindAddress | undefined {
  if (text === '0' || text === ':0') return undefined
  const parts = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text)
  const port = Number(parts?.[3])
  if (parts === null || port > 65_535) throw new RangeError(`Cannot listen on "${text}": it is not HOST:PORT`)
  return { host: parts[1] ?? parts[2] ?? '', port }
}

export interface SmallServerOptions {
  /** For logs: `metrics`. */
  readonly name: string
  /** Absent: the server stays off, and starting it does nothing. */
  readonly address: BindAddress | undefined
  /** By path; a path that ends in `/` answers for all below it that have no handler of their own. */
  readonly handlers: Readonly<Record<string, Handler>>
  /** Absent: plain HTTP. */
  readonly tls?: TlsSource | undefined
  readonly log: Log
}

export interface SmallServer {
  readonly name: string
  /** The port it got; undefined while it is off. */
  readonly port: number | undefined
  /** Rejects when the address cannot be had, or with Failure when there is no certificate. */
  start(): Promise<void>
  stop(): Promise<void>
}

const headersTimeoutMs = 5000
const requestTimeoutMs = 10_000
const handshakeTimeoutMs = 5000
/** How often Node looks whether one of these is over; every 30 s unless it is told. */
const checkTimeoutsMs = 1000
const keepAliveTimeoutMs = 30_000
const maxConnections = 200

/** A server of HTTP or HTTPS for the few pages a cluster asks of a manager. It reads no body and shows no stack. */
export function createSmallServer({ name, address, handlers, tls, log }: SmallServerOptions): SmallServer {
  const limits = { maxHeaderSize: 16_384, connectionsCheckingInterval: checkTimeoutsMs }
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    void respond(handlers, request, response, log)
  }
  const server: Listening =
    tls === undefined
      ? createServer(limits, answer)
      : createTlsServer({ ...limits, handshakeTimeout: handshakeTimeoutMs }, answer)
  server.headersTimeout = headersTimeoutMs
  server.requestTimeout = requestTimeoutMs
  server.keepAliveTimeout = keepAliveTimeoutMs
  server.maxConnections = maxConnections
  return {
    name,
    get port() {
      return (server.address() as AddressInfo | null)?.port
    },
    start: async () => {
      if (address === undefined) return
      await takeCertificate(server, tls)
      await listen(server, address)
    },
    stop: () => {
      tls?.stop()
      return close(server)
    },
  }
}

type Listening = HttpServer | HttpsServer

async function takeCertificate(server: Listening, tls: TlsSource | undefined): Promise<void> {
  if (tls === undefined || !('setSecureContext' in server)) return
  server.setSecureContext(await tls.start((it) => server.setSecureContext(it)))
}

async function respond(
  handlers: SmallServerOptions['handlers'],
  request: IncomingMessage,
  response: ServerResponse,
  log: Log,
): Promise<void> {
  const page: Page = await pageFor(handlers, request).catch((error: unknown): Page => {
    log.error({ err: error }, 'Cannot answer request')
    return { status: 500, body: 'internal error\n' }
  })
  const { status, body, contentType = 'text/plain; charset=utf-8' } = page
  const length = typeof body === 'string' ? { 'content-length': Buffer.byteLength(body) } : {}
  const headers = { ...page.headers, 'content-type': contentType, 'x-content-type-options': 'nosniff' }
  response.writeHead(status, { ...headers, ...length })
  request.resume()
  if (request.method === 'HEAD') response.end()
  else if (typeof body === 'string') response.end(body)
  else await sendParts(body, response, log)
}

/** What fails in the middle cuts the connection: the other side must not take a part for the whole. */
async function sendParts(parts: AsyncIterable<string>, response: ServerResponse, log: Log): Promise<void> {
  try {
    await pipeline(Readable.from(parts), response)
  } catch (error) {
    if (!isGone(error)) log.error({ err: error }, 'Cannot answer request to its end')
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'
}

async function pageFor(handlers: SmallServerOptions['handlers'], request: IncomingMessage): Promise<Page> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return { status: 405, body: 'method not allowed\n' }
  const url = URL.parse(request.url ?? '/', 'http://localhost')
  const handler = url === null ? undefined : (handlers[url.pathname] ?? handlerAbove(handlers, url.pathname))
  if (url === null || handler === undefined) return { status: 404, body: 'not found\n' }
  const { authorization } = request.headers
  return handler(url.searchParams, { authorization, address: request.socket.remoteAddress ?? '' })
}

function handlerAbove(handlers: SmallServerOptions['handlers'], path: string): Handler | undefined {
  const prefix = Object.keys(handlers).find((it) => it.endsWith('/') && path.startsWith(it))
  return prefix === undefined ? undefined : handlers[prefix]
}

/** Resolves when a server of HTTP or HTTPS listens; rejects when the address cannot be had. */
export function listen(server: NetServer, { host, port }: BindAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, ...(host === '' ? {} : { host }) }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function close(server: Listening): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
