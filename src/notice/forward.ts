import { X509Certificate } from 'node:crypto'
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https'
import type { TLSSocket } from 'node:tls'
import { forwardedHeader, signatureOf } from './access.ts'
import type { NoticeSecrets } from './tls-files.ts'

/** For a connection and the answer together. */
const usualTimeoutMs = 5000
const mostConnections = 8

/** A connection that was kept was of no use any more: the other end closed it, or it is from before a rotation. */
class OldConnection extends Error {
  override readonly name = 'OldConnection'
}

/** Hands requests on to the replica that leads, over connections that are kept. */
export class Forwarder {
  // Sessions are not resumed, so that every connection shows its certificate.
  readonly #agent = new Agent({ keepAlive: true, maxSockets: mostConnections, maxCachedSessions: 0 })

  readonly #timeoutMs: number

  /** What servers showed at the handshake: Node tells it no more once a connection is idle. */
  readonly #shown = new WeakMap<TLSSocket, X509Certificate | undefined>()

  constructor(timeoutMs = usualTimeoutMs) {
    this.#timeoutMs = timeoutMs
  }

  stop(): void {
    this.#agent.destroy()
  }

  /**
   * Gives the status of the answer. Replicas have one certificate, so that a server with any other is not one of them:
   * nothing is sent to it. Throws when there is no answer in time.
   */
  async forward(url: string, body: Buffer, secrets: NoticeSecrets): Promise<number> {
    for (let kept = mostConnections; ; kept--) {
      try {
        return await this.#send(url, body, secrets)
      } catch (error) {
        // To be told twice harms nobody.
        if (kept === 0 || !(error instanceof OldConnection)) throw error
      }
    }
  }

  #send(url: string, body: Buffer, { certPem, replicaKey }: NoticeSecrets): Promise<number> {
    return new Promise((resolve, reject) => {
      const request = httpsRequest(url, this.#optionsFor(body, signatureOf(body, replicaKey)), (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
      const end = (error: Error) => {
        reject(error)
        request.destroy(error)
      }
      // One that waits for a connection hears of no timeout of its own.
      const timer = setTimeout(() => end(new Error('there is no answer in time')), this.#timeoutMs)
      request.once('close', () => clearTimeout(timer))
      request.once('error', (error) => {
        reject(request.reusedSocket && isReset(error) ? new OldConnection('it was closed meanwhile') : error)
      })
      request.once('socket', (socket: TLSSocket) => {
        const send = () => {
          const why = 'it has another certificate than this replica'
          if (isTwin(this.#shown.get(socket), certPem)) request.end(body)
          else end(request.reusedSocket ? new OldConnection(why) : new Error(why))
        }
        if (this.#shown.has(socket)) return send()
        socket.once('secureConnect', () => {
          this.#shown.set(socket, socket.getPeerX509Certificate())
          send()
        })
      })
    })
  }

  #optionsFor(body: Buffer, signature: string): RequestOptions {
    const headers = {
      'content-type': 'application/json',
      'content-length': body.length,
      [forwardedHeader]: signature,
    }
    // The certificate is compared as a whole, which names and chains could only make weaker.
    return { method: 'POST', headers, rejectUnauthorized: false, agent: this.#agent }
  }
}

function isReset(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['ECONNRESET', 'EPIPE'].includes(String(error.code))
}

function isTwin(peer: X509Certificate | undefined, certPem: string): boolean {
  return peer !== undefined && peer.raw.equals(new X509Certificate(certPem).raw)
}
