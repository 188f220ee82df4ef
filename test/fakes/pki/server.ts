import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { type KeyPairPem, PkiAuthority } from './authority.ts'
import { answerInstead, deliver, Faults } from './faults.ts'
import type { Handle, PkiRequest } from './handle.ts'

export interface PkiServerOptions {
  readonly authority: PkiAuthority
  readonly handle: Handle
  /** Asks for a client certificate of the authority: `asked` takes those without all the same. */
  readonly clientCertificate?: 'asked' | 'required'
  readonly maxTlsVersion?: 'TLSv1.2' | 'TLSv1.3'
}

/** What the server shows of itself. */
export type Identity = 'good' | 'unknown-ca' | 'wrong-name'

/** A running stand-in of a PKI on 127.0.0.1, over HTTPS. */
export interface PkiServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly authority: PkiAuthority
  /** Every request that arrived whole, also those that a fault hit. */
  readonly seen: readonly PkiRequest[]
  readonly faults: Faults
  /** TCP connections so far. */
  readonly accepted: number
  readonly isShowing: Identity
  /** What new connections are shown; open ones are cut. */
  show(identity: Identity): Promise<void>
  /** Refuses connections and cuts the open ones, until `up`. */
  down(): Promise<void>
  up(): Promise<void>
}

/** Starts a stand-in; a preset's own gives the handler. */
export async function startPkiServer(options: PkiServerOptions): Promise<PkiServer> {
  const { authority, handle, clientCertificate } = options
  const seen: PkiRequest[] = []
  const faults = new Faults()
  const tls = {
    ...contextOf(await authority.serving()),
    ca: authority.rootPem,
    requestCert: clientCertificate !== undefined,
    rejectUnauthorized: clientCertificate === 'required',
    ...(options.maxTlsVersion !== undefined && { maxVersion: options.maxTlsVersion }),
  }
  const server = createServer(tls, (request, response) => void serve(request, response))
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const arrived = await read(request)
    if (arrived === undefined) return
    seen.push(arrived)
    await answer(arrived, response, faults, handle)
  }
  const connections = connectionsOf(server)
  let isShowing: Identity = 'good'
  const port = await listen(server, 0)
  const down = async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    connections.cut()
    await closed
  }
  return {
    url: `https://127.0.0.1:${port}`,
    port,
    authority,
    seen,
    faults,
    get accepted() {
      return connections.accepted
    },
    get isShowing() {
      return isShowing
    },
    async show(identity) {
      isShowing = identity
      server.setSecureContext({ ...tls, ...contextOf(await identityOf(identity, authority)) })
      connections.cut()
    },
    down,
    up: async () => {
      if (!server.listening) await listen(server, port)
    },
    [Symbol.asyncDispose]: down,
  }
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

function connectionsOf(server: Server) {
  const open = new Set<Socket>()
  let accepted = 0
  server.on('connection', (socket: Socket) => {
    accepted += 1
    open.add(socket.on('error', () => {}))
    socket.once('close', () => open.delete(socket))
  })
  return {
    get accepted() {
      return accepted
    },
    cut() {
      for (const socket of open) socket.destroy()
    },
  }
}

async function identityOf(identity: Identity, authority: PkiAuthority): Promise<KeyPairPem> {
  if (identity === 'unknown-ca') return (await PkiAuthority.make('nobody-knows')).serving()
  return authority.serving(identity === 'good' ? undefined : ['other.example.com'])
}

function contextOf({ certificatePem, privateKeyPem }: KeyPairPem) {
  return { cert: certificatePem, key: privateKeyPem }
}

async function read(request: IncomingMessage): Promise<PkiRequest | undefined> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer)
  } catch {
    return undefined
  }
  const url = new URL(request.url ?? '/', 'https://stand-in')
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    body: Buffer.concat(chunks).toString('utf8'),
    hasClientCertificate: (request.socket as TLSSocket).authorized,
  }
}

async function answer(
  request: PkiRequest,
  response: ServerResponse,
  faults: Faults,
  handle: Handle,
): Promise<void> {
  const fault = faults.take(request.path)
  const instead = fault && answerInstead(fault)
  if (instead === 'hang') return
  if (instead === 'reset') return void response.destroy()
  if (instead !== undefined) return deliver(response, instead, undefined)
  try {
    await deliver(response, await handle(request), fault)
  } catch (error) {
    process.stderr.write(`PKI stand-in: ${error instanceof Error ? error.stack : 'unknown error'}\n`)
    await deliver(response, { status: 500, body: { errors: ['defect'] } }, undefined)
  }
}
