import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ServingCertificate } from '../akeyless/stand-in.ts'

/** What the proxy does with those who want a tunnel: opens it, refuses with a status, or says nothing. */
export type ProxyMode = 'open' | 'silence' | number

export interface ConnectProxy extends AsyncDisposable {
  readonly port: number
  /** `host:port` of the tunnels that were asked for, in order. */
  readonly tunnels: readonly string[]
  /** Applies to tunnels from now on. */
  mode: ProxyMode
  /** What `Proxy-Authorization` must be; others get a 407. */
  credentials: string | undefined
  /** Refuses connections, and cuts the open ones, until `up()`. */
  down(): Promise<void>
  up(): Promise<void>
}

/**
 * An HTTP proxy for tunnels (RFC 9110, 9.3.6) on a free loopback port; HTTPS when given a certificate. Every name that
 * it is asked for is this machine.
 */
export async function startConnectProxy(tls?: ServingCertificate): Promise<ConnectProxy> {
  const server =
    tls === undefined ? createServer() : createTlsServer({ cert: tls.certificatePem, key: tls.privateKeyPem })
  const sockets = new Set<Duplex>()
  const tunnels: string[] = []
  const proxy = { mode: 'open' as ProxyMode, credentials: undefined as string | undefined }
  server.on('connection', (socket: Socket) => keep(sockets, socket))
  server.on('connect', (request: IncomingMessage, socket: Duplex) => {
    tunnels.push(request.url ?? '')
    const isKnown =
      proxy.credentials === undefined || request.headers['proxy-authorization'] === proxy.credentials
    serve(isKnown ? proxy.mode : 407, request.url ?? '', socket, sockets)
  })
  const port = await listen(server, 0)
  const down = () => stop(server, sockets)
  return Object.assign(proxy, {
    port,
    tunnels,
    down,
    up: async () => void (await listen(server, port)),
    [Symbol.asyncDispose]: down,
  })
}

function serve(mode: ProxyMode, target: string, socket: Duplex, sockets: Set<Duplex>): void {
  socket.on('error', () => {})
  if (mode === 'silence') return
  if (mode !== 'open') return void socket.end(`HTTP/1.1 ${mode} Refused\r\nContent-Length: 0\r\n\r\n`)
  const port = target.slice(target.lastIndexOf(':') + 1)
  const upstream = connect(Number(port), '127.0.0.1', () => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    upstream.pipe(socket).pipe(upstream)
  })
  upstream.once('close', () => socket.destroy())
  keep(sockets, upstream)
}

function keep(sockets: Set<Duplex>, socket: Duplex): void {
  sockets.add(socket.on('error', () => {}))
  socket.once('close', () => sockets.delete(socket))
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

async function stop(server: Server, sockets: ReadonlySet<Duplex>): Promise<void> {
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  for (const it of sockets) it.destroy()
  await closed
}
