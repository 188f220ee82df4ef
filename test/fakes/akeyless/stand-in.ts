import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CallLog } from './calls.ts'
import { deliver } from './delivery.ts'
import { handle } from './handler.ts'
import { AkeylessState, type StateOptions } from './state.ts'

/** A certificate for 127.0.0.1 or localhost and its key. */
export interface ServingCertificate {
  readonly certificatePem: string
  readonly privateKeyPem: string
}

export interface AkeylessOptions extends StateOptions {
  /** Absent: a free one. */
  readonly port?: number
  /** Absent: plain HTTP. */
  readonly tls?: ServingCertificate
}

/** A running stand-in for an Akeyless Gateway or the public service. */
export interface AkeylessStandIn extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, without a base. */
  readonly url: string
  readonly port: number
  /** The account: seed it, change it, look at it. */
  readonly state: AkeylessState
  /** Every call so far. */
  readonly calls: CallLog
  /** Replays the guesses of this run. */
  readonly seed: number
  /** How many TCP connections were accepted. */
  readonly connections: number
  /** How many of them are open. */
  readonly openConnections: number
  /** Refuses connections and cuts the open ones until `up()`, which listens on the same port again. */
  down(): Promise<void>
  up(): Promise<void>
  /** Serves another certificate to new connections; only with `tls`. */
  setCertificate(certificate: ServingCertificate): void
  stop(): Promise<void>
}

/** Starts a stand-in on 127.0.0.1. */
export async function startAkeyless(options: AkeylessOptions = {}): Promise<AkeylessStandIn> {
  const state = new AkeylessState(options)
  const server = serverFor(state, options.tls)
  const counts = { accepted: 0, open: 0 }
  server.on('connection', (socket: Socket) => {
    counts.accepted++
    counts.open++
    socket.once('close', () => counts.open--)
  })
  const port = await listen(server, options.port ?? 0)
  const down = () => close(server)
  const stop = async () => {
    state.leases.close()
    await down()
  }
  return {
    state,
    port,
    calls: state.calls,
    seed: state.seed,
    url: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    get connections() {
      return counts.accepted
    },
    get openConnections() {
      return counts.open
    },
    stop,
    down,
    up: async () => void (await listen(server, port)),
    setCertificate: (certificate) => (server as TlsServer).setSecureContext(contextOf(certificate)),
    [Symbol.asyncDispose]: stop,
  }
}

function serverFor(state: AkeylessState, tls: ServingCertificate | undefined): Server | TlsServer {
  const listener = (request: IncomingMessage, response: ServerResponse) =>
    void serve(state, request, response)
  const server = tls === undefined ? createServer(listener) : createTlsServer(contextOf(tls), listener)
  server.keepAliveTimeout = 60_000
  return server
}

function contextOf({ certificatePem, privateKeyPem }: ServingCertificate) {
  return { cert: certificatePem, key: privateKeyPem }
}

async function serve(
  state: AkeylessState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const body = await textOf(request)
    const path = new URL(request.url ?? '/', 'http://stand-in').pathname
    const answer = await handle(state, { method: request.method ?? '', path, body })
    if (state.latencyMs > 0) await sleep(state.latencyMs)
    await deliver(response, answer)
  } catch (error) {
    if (request.destroyed && !request.complete) return
    process.stderr.write(`Akeyless stand-in: ${error instanceof Error ? error.stack : 'unknown error'}\n`)
    response.destroy()
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

async function listen(server: Server | TlsServer, port: number): Promise<number> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

async function close(server: Server | TlsServer): Promise<void> {
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
