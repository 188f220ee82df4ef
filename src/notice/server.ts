import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { SenderBuckets } from '../runtime/bucket.ts'
import { type BindAddress, listen, type SmallServer } from '../runtime/http.ts'
import { RereadTls } from '../runtime/reread-tls.ts'
import type { Clock } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import { type AccessOptions, isForwarded, isOfReplica, mayTell } from './access.ts'
import { Forwarder } from './forward.ts'
import { parseNotice } from './payload.ts'
import { readBody } from './read-body.ts'
import { type NoticeFiles, type NoticeSecrets, purpose, readSecrets } from './tls-files.ts'

/** Who of the replicas acts on what is told. */
export interface Leading {
  readonly isLeader: boolean
  /** Where the one that leads takes notices; undefined while nobody does. */
  readonly leaderUrl: string | undefined
}

export interface NoticeServerOptions {
  readonly address: BindAddress
  readonly files: NoticeFiles
  readonly leading: () => Leading
  /** Takes the names of items that may have another value now. */
  readonly accept: (items: ReadonlySet<string>) => void
  /** Told what became of each request, for metrics. */
  readonly observe: (result: NoticeResult) => void
  readonly clock: Clock
  readonly log: Log
}

export type NoticeResult = 'accepted' | 'forwarded' | 'denied' | 'throttled' | 'malformed' | 'unavailable'

/** Where Akeyless's event forwarders send to. */
export const noticePath = '/events/akeyless'

const mostBodyBytes = 1024 * 1024
/** A forwarder that sends each event by itself is heard in a storm, too. */
const knownRate = { perSecond: 500, burst: 10_000 }
/** Whoever guesses is slow at it, and takes nothing from those who know, even behind one address with them. */
const strangerRate = { perSecond: 10, burst: 100 }
const requestTimeoutMs = 10_000
const handshakeTimeoutMs = 5000

/** The HTTPS server for event forwarders. What it is told is a reason to read, and never data. */
export function createNoticeServer(options: NoticeServerOptions): SmallServer {
  return new NoticeServer(options)
}

class NoticeServer implements SmallServer {
  readonly name = 'events'
  readonly #options: NoticeServerOptions
  readonly #known: SenderBuckets
  readonly #strangers: SenderBuckets
  readonly #forwarder = new Forwarder()
  readonly #files: RereadTls<NoticeSecrets>
  #server: Server | undefined

  constructor(options: NoticeServerOptions) {
    const { files, clock, log } = options
    this.#options = options
    this.#known = new SenderBuckets(clock, knownRate)
    this.#strangers = new SenderBuckets(clock, strangerRate)
    this.#files = new RereadTls({ read: () => readSecrets(files), purpose, clock, log })
  }

  get port(): number | undefined {
    return (this.#server?.address() as AddressInfo | null | undefined)?.port
  }

  /** Rejects with a Failure when the files cannot be used, and when the address cannot be had. */
  async start(): Promise<void> {
    const { address, files } = this.#options
    const tls = await this.#files.start((it) => this.#server?.setSecureContext(it))
    const limits = {
      maxHeaderSize: 16_384,
      connectionsCheckingInterval: 1000,
      requestTimeout: requestTimeoutMs,
      handshakeTimeout: handshakeTimeoutMs,
    }
    const clients = { requestCert: files.clientCaFile !== undefined, rejectUnauthorized: false }
    const server = createServer({ ...tls, ...limits, ...clients }, (request, response) => {
      void this.#respond(request, response)
    })
    server.maxConnections = 200
    this.#server = server
    await listen(server, address)
  }

  async stop(): Promise<void> {
    this.#files.stop()
    this.#forwarder.stop()
    const server = this.#server
    if (server === undefined) return
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const status = await this.#statusFor(request).catch((error: unknown) => {
      this.#options.log.warn({ err: error }, 'Cannot take an event')
      return 500
    })
    const more = status === 429 || status === 503 ? { 'retry-after': '1' } : {}
    response.writeHead(status, {
      'content-length': 0,
      ...more,
      ...(status >= 400 && { connection: 'close' }),
    })
    response.end()
  }

  async #statusFor(request: IncomingMessage): Promise<number> {
    if (request.url?.split('?')[0] !== noticePath) return 404
    if (request.method !== 'POST') return 405
    const refusal = this.#refuseSender(request)
    if (refusal !== undefined) return refusal
    const body = await readBody(request, mostBodyBytes)
    if (body === undefined) return this.#told('malformed', 413)
    if (!this.#isGenuine(request, body)) return this.#told('denied', 401)
    const notice = parseNotice(body.toString('utf8'))
    if (notice === undefined) return this.#told('malformed', 400)
    const { isLeader, leaderUrl } = this.#options.leading()
    if (!isLeader) return this.#handOn(leaderUrl, body, isForwarded(request))
    this.#options.accept(notice.items)
    return this.#told('accepted', 202)
  }

  /** The status for whoever may not tell, or tells too much; undefined while the body is worth reading. */
  #refuseSender(request: IncomingMessage): number | undefined {
    const stranger = this.#strangers.of(senderOf(request))
    if (isForwarded(request)) return stranger.take() ? undefined : this.#told('throttled', 429)
    if (mayTell(request, this.#access())) {
      const known = this.#known.of(senderOf(request))
      return known.take() ? undefined : this.#told('throttled', 429)
    }
    return stranger.take() ? this.#told('denied', 401) : this.#told('throttled', 429)
  }

  /** What other replicas forward is signed; that somebody says so is nothing. */
  #isGenuine(request: IncomingMessage, body: Buffer): boolean {
    if (!isForwarded(request)) return true
    if (!isOfReplica(request, body, this.#access())) return false
    this.#strangers.of(senderOf(request)).giveBack()
    return true
  }

  #access(): AccessOptions {
    const secrets = this.#files.current
    if (secrets === undefined) throw new Error('the server has not been started')
    const { token, replicaKey } = secrets
    return { token, acceptsCertificates: this.#options.files.clientCaFile !== undefined, replicaKey }
  }

  async #handOn(leaderUrl: string | undefined, body: Buffer, wasForwarded: boolean): Promise<number> {
    const secrets = this.#files.current
    if (leaderUrl === undefined || wasForwarded || secrets === undefined)
      return this.#told('unavailable', 503)
    try {
      const status = await this.#forwarder.forward(leaderUrl, body, secrets)
      return status === 202 ? this.#told('forwarded', 202) : this.#told('unavailable', 503)
    } catch (error) {
      this.#options.log.warn({ err: error }, 'Cannot forward an event to the replica that leads')
      return this.#told('unavailable', 503)
    }
  }

  #told(result: NoticeResult, status: number): number {
    this.#options.observe(result)
    return status
  }
}

function senderOf({ socket }: IncomingMessage): string {
  return socket.remoteAddress ?? ''
}
