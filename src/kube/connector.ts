import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls'
import type { buildConnector } from 'undici'
import type { Clock } from '../std/clock.ts'
import { type Connection, secureContextOptions, type TlsMaterial } from './connection.ts'
import { withDeadline } from './deadline.ts'
import { TransportError } from './errors.ts'
import { openTunnel } from './tunnel.ts'

type Target = Parameters<buildConnector.connector>[0]

export interface ConnectorOptions {
  readonly connection: Pick<Connection, 'server' | 'tlsServerName' | 'skipTlsVerify' | 'proxyUrl'>
  readonly tls: TlsMaterial
  readonly connectTimeoutMs: number
  readonly clock: Clock
}

/** Opens sockets for undici and remembers them, so that none outlives `destroy`, not even one that is half open. */
export interface Connector {
  readonly connect: buildConnector.connector
  /** Destroys every socket; resolves when they are closed. */
  destroy(): Promise<void>
}

/** Below the 60 s after which load balancers forget a silent connection. */
const keepAliveDelayMs = 30_000

/** Sockets that speak HTTP/1.1 only, through the proxy of the connection when it has one. */
export function createConnector(options: ConnectorOptions): Connector {
  const sockets = new Set<Socket>()
  let context: SecureContext | undefined
  // One for all sockets: each would read the CA anew and hold 40 kB of its own.
  const contextOf = () => (context ??= createSecureContext(secureContextOptions(options.tls)))
  const closing = new AbortController()
  const keep = <S extends Socket>(socket: S): S => {
    sockets.add(socket.on('error', ignored))
    socket.once('close', () => sockets.delete(socket))
    return socket
  }
  const deadline = {
    signal: closing.signal,
    timeoutMs: options.connectTimeoutMs,
    clock: options.clock,
    timedOut: () => connectTimeout(options),
  }
  return {
    connect: (target, callback) => {
      const opening = withDeadline(deadline, (signal) =>
        open({ ...options, contextOf }, target, keep, signal),
      )
      void handOver(opening, callback)
    },
    destroy: async () => {
      closing.abort(new TransportError('Cannot connect: the client is closed', 'UND_ERR_CLOSED'))
      await Promise.all([...sockets].map(destroyed))
    },
  }
}

async function handOver(opening: Promise<Socket>, callback: buildConnector.Callback): Promise<void> {
  const [outcome] = await Promise.allSettled([opening])
  if (outcome.status === 'fulfilled') callback(null, outcome.value)
  else callback(outcome.reason as Error, null)
}

/** Without a listener an error between connect and undici's first look at the socket would end the process. */
function ignored(): void {}

function connectTimeout({ connection, connectTimeoutMs }: ConnectorOptions): TransportError {
  const message = `Cannot connect to the API server at ${connection.server}: no connection within ${connectTimeoutMs} ms`
  return new TransportError(message, 'UND_ERR_CONNECT_TIMEOUT')
}

interface Opening extends ConnectorOptions {
  readonly contextOf: () => SecureContext
}

async function open(
  options: Opening,
  target: Target,
  keep: <S extends Socket>(socket: S) => S,
  signal: AbortSignal,
): Promise<Socket> {
  const address = { host: target.hostname, port: portOf(target) }
  const { proxyUrl } = options.connection
  const tunnel =
    proxyUrl === undefined ? undefined : await openTunnel(new URL(proxyUrl.reveal()), address, keep, signal)
  if (target.protocol !== 'https:') return tunnel ?? established(keep(connectTcp(address)), 'connect', signal)
  const through = tunnel === undefined ? {} : { socket: tunnel }
  return established(
    keep(connectTls({ ...address, ...through, ...tlsOptionsOf(options) })),
    'secureConnect',
    signal,
  )
}

function portOf(target: Target): number {
  if (target.port !== '') return Number(target.port)
  return target.protocol === 'https:' ? 443 : 80
}

function tlsOptionsOf({ connection, contextOf }: Opening) {
  const { tlsServerName, skipTlsVerify } = connection
  return {
    secureContext: contextOf(),
    ...(tlsServerName === undefined ? {} : { servername: tlsServerName }),
    rejectUnauthorized: !skipTlsVerify,
    ALPNProtocols: ['http/1.1'],
  }
}

function established<S extends Socket>(
  socket: S,
  event: 'connect' | 'secureConnect',
  signal: AbortSignal,
): Promise<S> {
  socket.setKeepAlive(true, keepAliveDelayMs).setNoDelay(true)
  return new Promise((resolve, reject) => {
    const onAbort = () => socket.destroy(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    socket.once('close', () => signal.removeEventListener('abort', onAbort))
    socket.once('error', reject)
    socket.once(event, () => {
      signal.removeEventListener('abort', onAbort)
      socket.removeListener('error', reject)
      resolve(socket)
    })
  })
}

function destroyed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve())
    socket.destroy()
  })
}
