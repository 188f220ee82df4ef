import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'

/** A request as it arrived. */
export interface Seen {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface LoopbackServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly seen: readonly Seen[]
  /** Connections accepted since the start. */
  readonly accepted: number
  /** Connections open now. */
  readonly open: number
  /** Answers of the next requests; the last one stays. */
  answer(...handlers: readonly Answer[]): void
  /** Ends every connection. */
  cut(): void
}

export type Answer = (request: Seen, response: ServerResponse) => void

export interface ServerTls {
  readonly cert: string
  readonly key: string
  /** Asks for a client certificate of this CA; `socket.authorized` tells of it, as with kube-apiserver. */
  readonly clientCa?: string
}

/** An answer of a status with a JSON body. */
export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
  }
}

/** A real HTTP server on a free loopback port, HTTPS when given a certificate. */
export async function startLoopbackServer(tls?: ServerTls): Promise<LoopbackServer> {
  const seen: Seen[] = []
  let answers: readonly Answer[] = [json(200, {})]
  const record = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await bodyOf(request)
    const { method = '', url: path = '', headers } = request
    seen.push({ method, path, headers, body })
    const [answer, ...rest] = answers
    if (rest.length > 0) answers = rest
    answer?.({ method, path, headers, body }, response)
  }
  const listener: RequestListener = (request, response) => void record(request, response)
  const server = tls === undefined ? createServer(listener) : createTlsServer(tlsOptions(tls), listener)
  const counts = countConnections(server)
  const port = await listen(server)
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    seen,
    get accepted() {
      return counts.accepted
    },
    get open() {
      return counts.sockets.size
    },
    answer: (...handlers) => {
      answers = handlers
    },
    cut: () => cut(counts.sockets),
    [Symbol.asyncDispose]: () => stop(server, counts.sockets),
  }
}

/** Accepts connections and never says a word. */
export async function startBlackHole(): Promise<
  AsyncDisposable & { readonly port: number; readonly open: number }
> {
  // Reads, so that it sees the other side close.
  const server = createTcpServer((socket) => socket.resume())
  const counts = countConnections(server)
  const port = await listen(server)
  return {
    port,
    get open() {
      return counts.sockets.size
    },
    [Symbol.asyncDispose]: () => stop(server, counts.sockets),
  }
}

function tlsOptions({ cert, key, clientCa }: ServerTls) {
  return clientCa === undefined
    ? { cert, key }
    : { cert, key, ca: clientCa, requestCert: true, rejectUnauthorized: false }
}

function countConnections(server: Server) {
  const counts = { accepted: 0, sockets: new Set<Socket>() }
  server.on('connection', (socket: Socket) => {
    counts.accepted += 1
    counts.sockets.add(socket.on('error', () => undefined))
    socket.once('close', () => counts.sockets.delete(socket))
  })
  return counts
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  return body
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

function cut(sockets: ReadonlySet<Socket>): void {
  for (const socket of sockets) socket.destroy()
}

function stop(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  cut(sockets)
  return new Promise((resolve) => server.close(() => resolve()))
}
